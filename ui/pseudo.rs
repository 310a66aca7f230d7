//! The pseudo-language en-XA: English with accents, brackets, and a third more words. Where a screen holds it, it holds other languages too, and
//! a word without accents was never meant to be translated.

/// Longer by this part, as European languages are than English.
const LONGER: f32 = 0.35;
/// What is added: short words, so that it can be wrapped as sentences can.
const MORE: &[&str] = &["óñé", "ţŵö", "ţĥŕéé", "ƒöûŕ", "ƒîṽé"];

/// The catalogue of the pseudo-language, from another one that has every sentence.
pub fn catalogue(other: &str) -> String {
    let mut made = String::from(
        "msgid \"\"\nmsgstr \"\"\n\"Language: en-XA\\n\"\n\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\
         \"Content-Transfer-Encoding: 8bit\\n\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n",
    );
    for block in other.split("\n\n") {
        let line = |name: &str| {
            let found = block.lines().find_map(|line| line.strip_prefix(name));
            found.map(|quoted| quoted.trim().trim_matches('"'))
        };
        let Some(text) = line("msgid ").filter(|text| !text.is_empty()) else {
            continue;
        };
        made.push('\n');
        if let Some(context) = line("msgctxt ") {
            made.push_str(&format!("msgctxt \"{context}\"\n"));
        }
        made.push_str(&format!("msgid \"{text}\"\n"));
        match line("msgid_plural ") {
            Some(many) => made.push_str(&format!(
                "msgid_plural \"{many}\"\nmsgstr[0] \"{}\"\nmsgstr[1] \"{}\"\n",
                said(text),
                said(many)
            )),
            None => made.push_str(&format!("msgstr \"{}\"\n", said(text))),
        }
    }
    made
}

/// A sentence in the pseudo-language. What stands in braces or after a backslash stays.
fn said(text: &str) -> String {
    let mut made = String::from("[");
    let (mut in_braces, mut escaped) = (false, false);
    for letter in text.chars() {
        in_braces = (in_braces || letter == '{') && letter != '}';
        made.push(if in_braces || escaped {
            letter
        } else {
            accented(letter)
        });
        escaped = letter == '\\' && !escaped;
    }
    let mut missing = (text.chars().count() as f32 * LONGER).ceil() as usize;
    for word in MORE.iter().cycle() {
        if missing < 2 {
            break;
        }
        let part: String = word.chars().take(missing - 1).collect();
        missing = missing.saturating_sub(part.chars().count() + 1);
        made.push(' ');
        made.push_str(&part);
    }
    made.push(']');
    made
}

fn accented(letter: char) -> char {
    let plain = "aceginorstuyzACEGINORSTUYZ";
    let with = "áçéğíñöŕšţûýžÁÇÉĞÍÑÖŔŠŢÛÝŽ";
    let place = plain.chars().position(|known| known == letter);
    place
        .and_then(|place| with.chars().nth(place))
        .unwrap_or(letter)
}
