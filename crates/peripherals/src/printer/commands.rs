//! ESC/POS commands the `escpos` crate lacks; it carries them as they are. Names after Epson's ESC/POS reference.

use crate::raster::Raster;

use super::answers::ProcessId;

/// Rows sent in one `GS v 0`: small enough for the buffers of modest printers, and a band prints without a gap to the next.
const BAND_ROWS: usize = 128;

/// `GS a 0E`: send status by itself when on/off line, errors or the roll sensors change.
pub const AUTOMATIC_STATUS: [u8; 3] = [0x1D, 0x61, 0x0E];

/// `GS I 67`: answer the model's name.
pub const ASK_NAME: [u8; 3] = [0x1D, 0x49, 67];

/// `DLE DC4 8`: forget everything received and not yet printed, at once, also when off line.
///
/// Without it a printer goes on with the rest of a slip as soon as somebody puts in paper, long after it was given up.
pub const CLEAR_BUFFERS: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// `DLE EOT n`: the three bytes and nothing behind them; a fourth byte would be printed or spoil the next command.
pub fn ask_status(n: u8) -> [u8; 3] {
    [0x10, 0x04, n]
}

/// `GS v 0` for each band of a paper, top to bottom.
pub fn raster_bands(paper: &Raster) -> impl Iterator<Item = Vec<u8>> + '_ {
    let stride = paper.stride();
    paper
        .rows()
        .chunks(stride.max(1) * BAND_ROWS)
        .map(move |band| {
            let [width_low, width_high, ..] = (stride as u32).to_le_bytes();
            let [rows_low, rows_high, ..] = ((band.len() / stride) as u32).to_le_bytes();
            let mut command = vec![
                0x1D, 0x76, 0x30, 0, width_low, width_high, rows_low, rows_high,
            ];
            command.extend_from_slice(band);
            command
        })
}

/// `GS ( H` function 48: answer this id when everything before it is done.
pub fn ask_process_id(id: ProcessId) -> [u8; 11] {
    let [a, b, c, d] = id;
    [0x1D, 0x28, 0x48, 6, 0, 48, 48, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_becomes_bands_that_hold_all_rows() {
        let mut paper = Raster::new(576, 300);
        paper.set(0, 299, true);
        let bands: Vec<Vec<u8>> = raster_bands(&paper).collect();
        assert_eq!(
            bands.iter().map(Vec::len).collect::<Vec<_>>(),
            [8 + 72 * 128, 8 + 72 * 128, 8 + 72 * 44]
        );
        assert_eq!(bands[2][..8], [0x1D, b'v', b'0', 0, 72, 0, 44, 0]);
        assert_eq!(bands[2][8 + 72 * 43], 0x80);
    }

    #[test]
    fn the_process_id_command_has_its_published_bytes() {
        assert_eq!(
            ask_process_id(*b"0001"),
            [
                0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, 0x30, 0x30, 0x30, 0x31
            ]
        );
    }
}
