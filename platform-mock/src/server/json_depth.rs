//! How deeply a JSON text nests, found without parsing it.

/// Deepest nesting a request may have; the API's own bodies have six levels.
pub const DEPTH_MAX: usize = 32;

/// Whether brackets nest deeper than [`DEPTH_MAX`] anywhere. What is no JSON gets some answer: parsing finds it out.
pub fn too_deep(text: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_brackets_outside_of_texts_count() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(!too_deep(nested(DEPTH_MAX).as_bytes()));
        assert!(too_deep(nested(DEPTH_MAX + 1).as_bytes()));
        assert!(!too_deep(format!("\"{}\"", "[".repeat(99)).as_bytes()));
        assert!(!too_deep(format!(r#""\"{}""#, "{".repeat(99)).as_bytes()));
        assert!(too_deep(format!(r#""\\"{}"#, "{".repeat(99)).as_bytes()));
        assert!(!too_deep("[],".repeat(99).as_bytes()));
    }
}
