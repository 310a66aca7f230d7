//! Colours and marks of seats, normal and high contrast (docs: visual language, section 4).

use super::marks::Shape;

/// How a price class is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassMark {
    /// Filling.
    pub colour: [u8; 3],
    /// Form.
    pub shape: Shape,
    /// A white bar through it: classes five to eight.
    pub barred: bool,
}

/// All colours of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: [u8; 3],
    /// Rings, checks and the stage.
    pub ink: [u8; 3],
    /// Bars through marks.
    pub bar: [u8; 3],
    /// Your seats.
    pub mine: [u8; 3],
    /// Seats that cannot be had.
    pub taken: [u8; 3],
    /// Other areas.
    pub area: [u8; 3],
    /// Edges of areas, where they have one.
    pub area_edge: Option<[u8; 3]>,
    classes: [[u8; 3]; 4],
}

const SHAPES: [Shape; 4] = [Shape::Disc, Shape::Square, Shape::Diamond, Shape::Triangle];

impl Palette {
    /// On white.
    pub const NORMAL: Self = Self {
        ground: [0xFF, 0xFF, 0xFF],
        ink: [0x14, 0x1C, 0x2E],
        bar: [0xFF, 0xFF, 0xFF],
        mine: [0xFF, 0xC2, 0x1A],
        taken: [0xC6, 0xCD, 0xD5],
        area: [0xE3, 0xE8, 0xEC],
        area_edge: None,
        classes: [
            [0x1B, 0x2A, 0x6B],
            [0x07, 0x86, 0x6B],
            [0xD0, 0x30, 0xC4],
            [0x75, 0x40, 0x0F],
        ],
    };

    /// On black: free seats white, told apart by their form alone.
    pub const HIGH_CONTRAST: Self = Self {
        ground: [0, 0, 0],
        ink: [0, 0, 0],
        bar: [0, 0, 0],
        mine: [0xFF, 0xD8, 0x4A],
        taken: [0x76, 0x76, 0x76],
        area: [0, 0, 0],
        area_edge: Some([0xFF, 0xFF, 0xFF]),
        classes: [[0xFF, 0xFF, 0xFF]; 4],
    };

    /// Mark of a price class, counted from 0; after the eighth they repeat.
    pub fn class(&self, class: u8) -> ClassMark {
        let form = usize::from(class) % 4;
        ClassMark {
            colour: self.classes[form],
            shape: SHAPES[form],
            barred: class % 8 >= 4,
        }
    }
}
