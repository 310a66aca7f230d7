//! QR code and Code128 as dots.

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};

/// Quiet zone of a QR code on each side, in modules (ISO/IEC 18004).
const QR_QUIET: u32 = 4;
/// Smallest QR module, in dots: 0.6 mm, which phones and worn scanners read.
const QR_MODULE_MIN: u32 = 5;
/// Quiet zone of Code128 on each side, in modules (ISO/IEC 15417).
const CODE128_QUIET: u32 = 10;
/// Widest and narrowest module of Code128, in dots.
const CODE128_MODULES: [u32; 3] = [4, 3, 2];

/// A payload that no code of the paper's width can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Code128 takes printable ASCII here.
    #[error("{0:?} cannot stand in a Code128 bar code")]
    Characters(String),
    /// Too long to be read at the paper's width.
    #[error("{length} characters do not fit into a code {width} dots wide")]
    TooLong {
        /// Length of the payload in bytes.
        length: usize,
        /// Width there is.
        width: u32,
    },
}

/// A code as modules, with the dots a module has. One row stands for bars of any height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Modules across.
    columns: u32,
    /// Row by row, true is black.
    modules: Vec<bool>,
    /// Dots a module.
    module: u32,
    /// White modules at each side.
    quiet: u32,
}

impl Symbol {
    /// A QR code, quiet zone included, as large as `width` dots allow.
    pub fn qr(payload: &str, width: u32) -> Result<Self, CodeError> {
        let too_long = || CodeError::TooLong {
            length: payload.len(),
            width,
        };
        let code =
            QrCode::with_error_correction_level(payload, EcLevel::M).map_err(|_| too_long())?;
        let columns = code.width() as u32;
        let module = width / (columns + 2 * QR_QUIET);
        if module < QR_MODULE_MIN {
            return Err(too_long());
        }
        let modules = code.to_colors().into_iter().map(|c| c == Color::Dark);
        Ok(Self {
            columns,
            modules: modules.collect(),
            module,
            quiet: QR_QUIET,
        })
    }

    /// Bars of Code128 with the quiet zones at both ends, as wide as `width` dots allow.
    pub fn code128(payload: &str, width: u32) -> Result<Self, CodeError> {
        let characters = || CodeError::Characters(payload.to_owned());
        if payload.is_empty() || payload.bytes().any(|byte| !(0x20..=0x7E).contains(&byte)) {
            return Err(characters());
        }
        // U+0181 starts the code in character set B: all of printable ASCII.
        let bars = Code128::new(format!("\u{0181}{payload}"))
            .map_err(|_| characters())?
            .encode();
        let columns = bars.len() as u32;
        let module = CODE128_MODULES
            .into_iter()
            .find(|module| (columns + 2 * CODE128_QUIET) * module <= width)
            .ok_or(CodeError::TooLong {
                length: payload.len(),
                width,
            })?;
        Ok(Self {
            columns,
            modules: bars.into_iter().map(|bar| bar == 1).collect(),
            module,
            quiet: CODE128_QUIET,
        })
    }

    /// Width in dots, quiet zone included.
    pub fn width(&self) -> u32 {
        (self.columns + 2 * self.quiet) * self.module
    }

    /// The quiet zone in dots.
    pub fn quiet(&self) -> u32 {
        self.quiet * self.module
    }

    /// Squares to blacken, as (column, row) in dots from the left of the quiet zone and the top of the first row, with their side.
    pub fn black_modules(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        self.modules
            .iter()
            .zip(0u32..)
            .filter(|(black, _)| **black)
            .map(|(_, index)| {
                let (column, row) = (index % self.columns, index / self.columns);
                (
                    (column + self.quiet) * self.module,
                    row * self.module,
                    self.module,
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_take_the_largest_module_that_fits() {
        let qr = Symbol::qr("4-1827-3", 240).unwrap();
        assert_eq!((qr.columns, qr.module, qr.width()), (21, 8, 232));
        let bars = Symbol::code128("4-1827-3", 576).unwrap();
        assert_eq!(bars.module, 4);
        assert_eq!(bars.width(), 572);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(matches!(
            Symbol::qr(&"x".repeat(300), 240),
            Err(CodeError::TooLong { .. })
        ));
        assert!(matches!(
            Symbol::code128(&"x".repeat(30), 576),
            Err(CodeError::TooLong { .. })
        ));
        for wrong in ["", "切符", "a\nb"] {
            assert!(matches!(
                Symbol::code128(wrong, 576),
                Err(CodeError::Characters(_))
            ));
        }
    }
}
