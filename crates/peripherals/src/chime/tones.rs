//! The chimes as sound: synthesised, so there is no recording to license or to lose.

use std::f32::consts::TAU;
use std::num::NonZero;

use rodio::buffer::SamplesBuffer;

use super::Chime;

/// Samples a second.
pub const RATE: NonZero<u32> = NonZero::new(44_100).unwrap();
const MONO: NonZero<u16> = NonZero::new(1).unwrap();

/// Every note fades in this long, in seconds: no click, yet a clear beginning.
const ATTACK: f32 = 0.004;
/// Every note ends in a fade this long, in seconds.
const RELEASE: f32 = 0.03;

struct Note {
    /// Hertz.
    pitch: f32,
    /// Seconds.
    length: f32,
    /// Seconds of silence behind it.
    pause: f32,
    /// Peak, 0 to 1.
    level: f32,
    /// Strengths of the overtones 2, 3, 4…: how rough it sounds.
    overtones: &'static [f32],
}

const BELL: &[f32] = &[0.25, 0.08];
const REED: &[f32] = &[0.1, 0.6, 0.05, 0.4, 0.0, 0.25];
const FLUTE: &[f32] = &[0.1];

fn notes(chime: Chime) -> [Note; 2] {
    let note = |pitch, length, pause, level, overtones| Note {
        pitch,
        length,
        pause,
        level,
        overtones,
    };
    match chime {
        // G5, C6: a fourth upwards.
        Chime::Admit => [
            note(783.99, 0.09, 0.0, 0.6, BELL),
            note(1_046.5, 0.2, 0.0, 0.6, BELL),
        ],
        // G3 twice: an octave and more below, so pitch alone tells them apart.
        Chime::Refuse => [
            note(196.0, 0.14, 0.06, 0.5, REED),
            note(196.0, 0.2, 0.0, 0.5, REED),
        ],
        // A5 twice, softly.
        Chime::Countdown => [
            note(880.0, 0.06, 0.1, 0.3, FLUTE),
            note(880.0, 0.06, 0.0, 0.3, FLUTE),
        ],
    }
}

/// The chime's samples, between -1 and 1.
pub fn samples(chime: Chime) -> Vec<f32> {
    let mut samples = Vec::new();
    for note in notes(chime) {
        let rate = RATE.get() as f32;
        let count = (note.length * rate) as usize;
        let full: f32 = 1.0 + note.overtones.iter().sum::<f32>();
        samples.extend((0..count).map(|index| {
            let time = index as f32 / rate;
            let partials = std::iter::once(&1.0).chain(note.overtones);
            let wave: f32 = partials
                .zip(1u8..)
                .map(|(strength, order)| {
                    strength * (TAU * note.pitch * f32::from(order) * time).sin()
                })
                .sum();
            note.level * wave / full * envelope(time, note.length)
        }));
        samples.resize(samples.len() + (note.pause * rate) as usize, 0.0);
    }
    samples
}

/// The chime as `rodio` plays it.
pub fn source(chime: Chime) -> SamplesBuffer {
    SamplesBuffer::new(MONO, RATE, samples(chime))
}

fn envelope(time: f32, length: f32) -> f32 {
    let rise = (time / ATTACK).min(1.0);
    let fall = ((length - time) / RELEASE).clamp(0.0, 1.0);
    rise * fall
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(chime: Chime) -> f32 {
        samples(chime).len() as f32 / RATE.get() as f32
    }

    /// Crossings of zero upwards per second of sound: a rough pitch.
    fn pitch(chime: Chime) -> f32 {
        let samples = samples(chime);
        let rises = samples.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0);
        let sounding = samples.iter().filter(|s| **s != 0.0).count();
        rises.count() as f32 * RATE.get() as f32 / sounding as f32
    }

    #[test]
    fn chimes_are_short_and_do_not_clip() {
        for chime in Chime::ALL {
            assert!(seconds(chime) <= 0.45, "{chime:?}");
            let peak = samples(chime).into_iter().map(f32::abs).fold(0.0, f32::max);
            assert!((0.1..=0.7).contains(&peak), "{chime:?}: {peak}");
        }
    }

    #[test]
    fn chimes_begin_and_end_without_a_click() {
        for chime in Chime::ALL {
            let samples = samples(chime);
            assert_eq!(samples[0], 0.0);
            assert!(samples.last().unwrap().abs() < 0.01, "{chime:?}");
        }
    }

    #[test]
    fn admit_rises_high_above_refuse() {
        assert!(pitch(Chime::Admit) > 700.0);
        let refuse = notes(Chime::Refuse);
        assert!(refuse.iter().all(|note| note.pitch < 250.0));
        let [first, second] = notes(Chime::Admit);
        assert!(second.pitch > first.pitch);
    }
}
