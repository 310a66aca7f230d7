//! Many screens on one picture.

use crate::{DOCK, Panel, Picture};

/// A screen is drawn so many times smaller.
const SMALLER: u32 = 5;
/// Screens side by side.
const ACROSS: usize = 10;
/// Pixels between two.
const GAP: u32 = 12;
const GROUND: [u8; 4] = [0x75, 0x80, 0x8F, 0xFF];

/// Screens in the order they were added.
pub struct Sheet {
    /// Width and height of one.
    tile: (u32, u32),
    tiles: Vec<Vec<u8>>,
}

impl Sheet {
    /// For screens of this panel.
    pub fn new((width, height): Panel) -> Self {
        Self {
            tile: (width / SMALLER, (height + DOCK) / SMALLER),
            tiles: Vec::new(),
        }
    }

    /// Adds a screen.
    pub fn add(&mut self, picture: &Picture) {
        let size = self.tile;
        let (wide, pixels) = (picture.width() as usize, picture.as_bytes());
        let mut tile = Vec::with_capacity((size.0 * size.1 * 4) as usize);
        for y in 0..size.1 {
            for x in 0..size.0 {
                if (y + 1) * SMALLER > picture.height() || (x + 1) * SMALLER > picture.width() {
                    tile.extend(GROUND);
                    continue;
                }
                for channel in 0..4 {
                    let mut sum = 0;
                    for at in 0..SMALLER * SMALLER {
                        let row = (y * SMALLER + at / SMALLER) as usize;
                        let column = (x * SMALLER + at % SMALLER) as usize;
                        sum += u32::from(pixels[(row * wide + column) * 4 + channel]);
                    }
                    tile.push((sum / (SMALLER * SMALLER)) as u8);
                }
            }
        }
        self.tiles.push(tile);
    }

    /// Width, height and RGBA bytes of the whole.
    pub fn finish(self) -> (u32, u32, Vec<u8>) {
        let size = self.tile;
        let rows = self.tiles.len().div_ceil(ACROSS) as u32;
        let (width, height) = (
            GAP + ACROSS as u32 * (size.0 + GAP),
            GAP + rows * (size.1 + GAP),
        );
        let mut bytes = GROUND.repeat((width * height) as usize);
        for (at, tile) in self.tiles.iter().enumerate() {
            let left = GAP + (at % ACROSS) as u32 * (size.0 + GAP);
            let top = GAP + (at / ACROSS) as u32 * (size.1 + GAP);
            for (line, row) in tile.chunks_exact(size.0 as usize * 4).enumerate() {
                let from = (((top + line as u32) * width + left) * 4) as usize;
                bytes[from..from + row.len()].copy_from_slice(row);
            }
        }
        (width, height, bytes)
    }
}
