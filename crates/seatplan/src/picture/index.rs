//! Finds the seats in a part of the plan without looking at all of them: a grid of cells, each with its seats.

use crate::plan::Point;

/// Aimed-at seats in a cell.
const SEATS_A_CELL: f32 = 12.0;

pub(super) struct Index {
    cell: f32,
    columns: usize,
    rows: usize,
    /// Where each cell begins in `seats`; one more at the end.
    starts: Vec<u32>,
    seats: Vec<u32>,
}

impl Index {
    pub(super) fn new(seats: &[Point], width: f32, height: f32) -> Self {
        let cell = (width * height * SEATS_A_CELL / seats.len().max(1) as f32)
            .sqrt()
            .max(width.max(height) / 512.0);
        let (columns, rows) = ((width / cell) as usize + 1, (height / cell) as usize + 1);
        let mut index = Self {
            cell,
            columns,
            rows,
            starts: vec![0; columns * rows + 1],
            seats: vec![0; seats.len()],
        };
        let cells: Vec<usize> = seats.iter().map(|at| index.cell_of(*at)).collect();
        for cell in &cells {
            index.starts[cell + 1] += 1;
        }
        for cell in 1..index.starts.len() {
            index.starts[cell] += index.starts[cell - 1];
        }
        let mut next = index.starts.clone();
        for (seat, cell) in cells.into_iter().enumerate() {
            index.seats[next[cell] as usize] = seat as u32;
            next[cell] += 1;
        }
        index
    }

    fn column(&self, x: f32) -> usize {
        ((x / self.cell).max(0.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f32) -> usize {
        ((y / self.cell).max(0.0) as usize).min(self.rows - 1)
    }

    fn cell_of(&self, at: Point) -> usize {
        self.row(at.y) * self.columns + self.column(at.x)
    }

    /// Seats in all cells that touch the rectangle, a few outside it included.
    pub(super) fn within(&self, least: Point, most: Point) -> impl Iterator<Item = usize> + '_ {
        let columns = self.column(least.x)..=self.column(most.x);
        (self.row(least.y)..=self.row(most.y)).flat_map(move |row| {
            let first = self.starts[row * self.columns + columns.start()] as usize;
            let end = self.starts[row * self.columns + columns.end() + 1] as usize;
            self.seats[first..end].iter().map(|seat| *seat as usize)
        })
    }

    /// Seats that may be at most `reach` from a point.
    pub(super) fn around(&self, at: Point, reach: f32) -> impl Iterator<Item = usize> + '_ {
        let (least, most) = (
            Point {
                x: at.x - reach,
                y: at.y - reach,
            },
            Point {
                x: at.x + reach,
                y: at.y + reach,
            },
        );
        self.within(least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_plan_holds_exactly_its_seats_and_few_more() {
        let seats: Vec<Point> = (0..10_000)
            .map(|n| Point {
                x: (n % 100) as f32 * 10.0,
                y: (n / 100) as f32 * 10.0,
            })
            .collect();
        let index = Index::new(&seats, 1_000.0, 1_000.0);
        let (least, most) = (Point { x: 205.0, y: 300.0 }, Point { x: 305.0, y: 355.0 });
        let found: Vec<usize> = index.within(least, most).collect();
        let inside =
            |at: &Point| at.x >= least.x && at.x <= most.x && at.y >= least.y && at.y <= most.y;
        let missed = (0..seats.len())
            .filter(|seat| inside(&seats[*seat]) && !found.contains(seat))
            .count();
        assert_eq!(missed, 0);
        assert!(found.len() < 400, "{} of 10,000", found.len());
        assert_eq!(
            index
                .within(Point { x: -1e9, y: -1e9 }, Point { x: 1e9, y: 1e9 })
                .count(),
            10_000
        );
    }
}
