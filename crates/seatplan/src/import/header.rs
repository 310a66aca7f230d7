//! What columns and cells are called in the languages such files come in, and the words stripped from printed labels.

/// What a CSV column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Storey.
    Floor,
    /// A group of blocks, such as a stand.
    Stand,
    Block,
    Row,
    /// One seat, or ranges of seats.
    Seat,
    /// Ranges of seats, or how many.
    Seats,
    First,
    Last,
    Count,
    Parity,
    Class,
    X,
    Y,
    Guid,
    Entrance,
}

const NAMES: &[(Role, &[&str])] = &[
    (
        Role::Floor,
        &[
            "階",
            "フロア",
            "floor",
            "level",
            "storey",
            "etage",
            "stock",
            "étage",
            "piso",
            "planta",
            "piano",
            "этаж",
            "楼层",
            "층",
        ],
    ),
    (
        Role::Stand,
        &[
            "tribune",
            "stand",
            "tribüne",
            "tribuna",
            "grada",
            "трибуна",
            "スタンド",
            "看台",
        ],
    ),
    (
        Role::Block,
        &[
            "ブロック",
            "区画",
            "エリア",
            "section",
            "sector",
            "block",
            "zone",
            "area",
            "bloc",
            "sektor",
            "bereich",
            "secteur",
            "sección",
            "zona",
            "settore",
            "setor",
            "сектор",
            "блок",
            "区",
            "区域",
            "구역",
        ],
    ),
    (
        Role::Row,
        &[
            "列", "row", "reihe", "rang", "rangée", "fila", "fileira", "ряд", "排", "열",
        ],
    ),
    (
        Role::Seat,
        &[
            "番",
            "席番",
            "席番号",
            "座席",
            "座席番号",
            "seat",
            "seat_number",
            "seat number",
            "number",
            "no",
            "sitz",
            "platz",
            "siège",
            "place",
            "asiento",
            "butaca",
            "posto",
            "assento",
            "место",
            "座",
            "座位",
            "번",
            "좌석",
        ],
    ),
    (
        Role::Seats,
        &[
            "seats",
            "seat_range",
            "range",
            "ranges",
            "sitze",
            "plätze",
            "places",
            "asientos",
            "места",
            "席",
        ],
    ),
    (
        Role::First,
        &[
            "seat start",
            "seat_start",
            "start",
            "from",
            "first",
            "first seat",
            "von",
            "de",
            "desde",
            "da",
            "с",
            "開始",
            "開始番号",
            "から",
        ],
    ),
    (
        Role::Last,
        &[
            "seat end",
            "seat_end",
            "end",
            "to",
            "last",
            "last seat",
            "bis",
            "à",
            "hasta",
            "a",
            "по",
            "終了",
            "終了番号",
            "まで",
        ],
    ),
    (
        Role::Count,
        &[
            "seat_count",
            "count",
            "quantity",
            "qty",
            "anzahl",
            "nombre",
            "cantidad",
            "quantità",
            "количество",
            "席数",
            "座席数",
            "数量",
        ],
    ),
    (
        Role::Parity,
        &[
            "parity",
            "odd/even",
            "odd_even",
            "gerade/ungerade",
            "pair/impair",
            "奇数偶数",
            "奇偶",
        ],
    ),
    (
        Role::Class,
        &[
            "席種",
            "種別",
            "券種",
            "class",
            "category",
            "price category",
            "price_category",
            "type",
            "kategorie",
            "preisklasse",
            "catégorie",
            "categoría",
            "categoria",
            "категория",
            "等级",
            "등급",
        ],
    ),
    (Role::X, &["x", "pos_x", "left"]),
    (Role::Y, &["y", "pos_y", "top"]),
    (Role::Guid, &["seat_guid", "guid", "uuid", "id", "seat_id"]),
    (
        Role::Entrance,
        &[
            "入口",
            "扉",
            "ドア",
            "ゲート",
            "entrance",
            "door",
            "gate",
            "eingang",
            "tür",
            "entrée",
            "porte",
            "entrada",
            "puerta",
            "ingresso",
            "вход",
        ],
    ),
];

/// What a header cell stands for.
pub(super) fn role(header: &str) -> Option<Role> {
    let header = plain(header).to_lowercase();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&header.as_str()))
        .map(|(role, _)| *role)
}

/// Full-width letters, digits and signs as plain ones, without spaces around.
pub(super) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        _ => c,
    };
    text.chars()
        .map(narrow)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A row label without the word for row.
pub(super) fn row_label(text: &str) -> String {
    without(
        text,
        &["row ", "reihe ", "fila ", "rang ", "ряд "],
        &["列目", "列", "ряд", "排", "열"],
    )
}

/// A seat number without the word for seat.
pub(super) fn seat_number(text: &str) -> String {
    without(
        text,
        &["seat ", "platz ", "no. ", "no.", "место "],
        &["番", "号", "席", "번"],
    )
}

/// A block without the word for block.
pub(super) fn block_name(text: &str) -> String {
    without(
        text,
        &["block ", "section ", "sektor ", "sector "],
        &["ブロック", "ゾーン", "エリア", "구역"],
    )
}

fn without(text: &str, before: &[&str], after: &[&str]) -> String {
    let mut text = plain(text);
    if let Some(word) = before.iter().find(|word| {
        text.get(..word.len())
            .is_some_and(|start| start.to_lowercase() == **word)
    }) {
        text.drain(..word.len());
    }
    match after.iter().find_map(|word| text.strip_suffix(word)) {
        Some(rest) if !rest.is_empty() => rest.trim().to_owned(),
        _ => text.trim().to_owned(),
    }
}

/// The storey a text states ("2階", "2F", "Floor 2", "2"); 0 where it states none or one below ground.
pub(super) fn floor_in(text: &str) -> u8 {
    let text = plain(text).to_lowercase();
    if text.contains("地下") {
        return 0;
    }
    if let Ok(number) = text.parse() {
        return number;
    }
    let before = ["階", "f", "층", "层", "楼"].iter().find_map(|word| {
        let end = text.find(word)?;
        let whole = text[end + word.len()..]
            .chars()
            .next()
            .is_none_or(|next| !next.is_ascii_alphanumeric());
        let digits = text[..end].trim_end();
        let start = digits.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
            at + digits[at..].chars().next().map_or(1, char::len_utf8)
        });
        whole.then(|| digits[start..].parse().ok()).flatten()
    });
    let after = ["floor ", "level ", "etage ", "étage ", "piso ", "этаж "]
        .iter()
        .find_map(|word| {
            let rest = &text[text.find(word)? + word.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..end].parse().ok()
        });
    before.or(after).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_languages() {
        let known = [
            ("階", Role::Floor),
            ("Reihe", Role::Row),
            (" Sector ", Role::Block),
            ("ＳＥＡＴ", Role::Seat),
            ("место", Role::Seat),
        ];
        for (header, expected) in known {
            assert_eq!(role(header), Some(expected), "{header}");
        }
        assert_eq!(role("remarks"), None);
    }

    #[test]
    fn words_leave_the_labels() {
        assert_eq!(row_label("A列"), "A");
        assert_eq!(row_label("Row 12"), "12");
        assert_eq!(row_label("列"), "列");
        assert_eq!(seat_number("１２番"), "12");
        assert_eq!(block_name("C4ブロック"), "C4");
    }

    #[test]
    fn floors() {
        let floors = [
            "1階",
            "２階 B席",
            "Balcony, 3F",
            "Floor 4",
            "アリーナ",
            "地下1階",
            "First Floor",
            "5",
            "Left",
        ];
        assert_eq!(floors.map(floor_in), [1, 2, 3, 4, 0, 0, 0, 5, 0]);
    }
}
