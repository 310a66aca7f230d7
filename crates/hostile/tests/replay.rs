//! Every parser with what its fuzz target has found so far, and with mutations of that, on a stable compiler.

use std::{fs, path::Path};

use kippu_hostile::PARSERS;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

/// Mutations of each input. A number, and no time, so that every run is the same.
const MUTATIONS: usize = 400;

/// The inputs kept of a target; the empty one is always there.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new("../../fuzz/corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no corpus");
    let kept = paths.iter().map(|path| fs::read(path).unwrap());
    kept.chain([Vec::new()]).collect()
}

/// One input made of others: bytes changed, removed, repeated, or the head of one with the tail of another.
fn mutated(from: &[u8], other: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = from.to_vec();
    for _ in 0..random.random_range(1..=4) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => {
                bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][random.random_range(0..5)]
            }
            2 => bytes.truncate(at),
            3 => bytes.insert(at, (random.next_u32() & 0xFF) as u8),
            4 => bytes.extend_from_within(at..),
            _ => {
                bytes.truncate(at);
                bytes.extend_from_slice(&other[random.random_range(0..=other.len())..]);
            }
        }
    }
    bytes
}

#[test]
fn every_parser_keeps_its_promise_on_what_was_found_and_on_mutations_of_it() {
    for (name, parser) in PARSERS {
        println!("{name}");
        let corpus = corpus(name);
        let mut random = StdRng::seed_from_u64(1);
        for input in &corpus {
            parser(input);
            for _ in 0..MUTATIONS {
                let other = &corpus[random.random_range(0..corpus.len())];
                parser(&mutated(input, other, &mut random));
            }
        }
    }
}
