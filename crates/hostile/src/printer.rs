//! What a printer says, in whatever pieces it comes.

use kippu_peripherals::printer::answers::Demultiplexer;

/// The first byte says how long the pieces are. No byte is lost count of: it belongs to an answer, is a stray, or waits.
pub fn answers(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else {
        return;
    };
    let mut in_pieces = Demultiplexer::default();
    in_pieces.expect_name(size % 2 == 1);
    let mut heard = Vec::new();
    for piece in stream.chunks(usize::from(size / 2).max(1)) {
        heard.extend(in_pieces.feed(piece));
    }
    let mut at_once = Demultiplexer::default();
    at_once.expect_name(size % 2 == 1);
    assert_eq!(at_once.feed(stream), heard, "pieces make no difference");
    assert_eq!(at_once.strays, in_pieces.strays);
    heard.extend(in_pieces.abandon_pending());
    assert!(heard.len() <= stream.len());
    assert!(in_pieces.strays <= stream.len() as u64);
}
