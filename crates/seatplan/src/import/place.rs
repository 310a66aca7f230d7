//! Where in a JSON text something stands, and what a text that ends too early still owed.

/// Turns byte offsets into lines, the first being 1.
pub(super) struct Lines {
    breaks: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self {
            breaks: text
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at)
                .collect(),
        }
    }

    pub(super) fn line(&self, offset: usize) -> u32 {
        self.breaks.partition_point(|at| *at < offset) as u32 + 1
    }
}

/// Byte offset of `part` within `whole`; `part` must be a slice of it.
pub(super) fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

/// What is still open at the end of a JSON text, innermost first: "the string begun in line 9, the list …".
pub(super) fn unclosed(text: &str) -> String {
    let lines = Lines::of(text);
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut string: Option<usize> = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (string, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(_), b'"') => string = None,
            (Some(_), _) => {}
            (None, b'"') => string = Some(at),
            (None, b'{' | b'[') => open.push((byte, at)),
            (None, b'}' | b']') => drop(open.pop()),
            _ => {}
        }
    }
    let string = string.map(|at| format!("the end of the text begun in line {}", lines.line(at)));
    let brackets = open.iter().rev().map(|(byte, at)| {
        let closing = if *byte == b'{' { '}' } else { ']' };
        format!("{closing} for line {}", lines.line(*at))
    });
    let parts: Vec<String> = string.into_iter().chain(brackets).collect();
    if parts.is_empty() {
        "there is nothing in it".into()
    } else {
        format!("missing {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_says_what_it_owes() {
        assert_eq!(
            unclosed("{\n\"a\": [\n{\"b\": \"x\\\"y"),
            "missing the end of the text begun in line 3, } for line 3, ] for line 2, } for line 1"
        );
        assert_eq!(unclosed("  "), "there is nothing in it");
    }

    #[test]
    fn offsets_become_lines() {
        let text = "a\nbb\nc";
        let lines = Lines::of(text);
        let at: Vec<u32> = (0..text.len()).map(|offset| lines.line(offset)).collect();
        assert_eq!(at, [1, 1, 2, 2, 2, 3]);
        assert_eq!(offset(text, &text[2..4]), 2);
    }
}
