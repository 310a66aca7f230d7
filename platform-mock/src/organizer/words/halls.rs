//! What the pages about halls say.

use crate::pages::words::table;

table! {
    intro: "Seat plans of all venues. An event is played in one of them.", "すべての会場の座席図です。公演はこの中から選びます。";
    import: "Import a seat plan", "座席図を読み込む";
    sample: "Put a sample hall here", "見本の会場を使う";
    sample_hint: "A theatre of 603 seats, to try things with.", "603席の劇場です。お試しに使えます。";
    sample_venue: "Sample theatre", "見本劇場";
    sample_layout: "603 seats", "603席";
    none: "No hall is here yet. Begin with a seat plan from a file, or with the sample hall.", "会場はまだありません。ファイルから座席図を読み込むか、見本の会場を使ってください。";
    seats: "seats", "席";
    rows: "rows", "列";
    blocks: "blocks", "ブロック";
    new_event: "New event here", "ここで公演を登録";
    picture: "Seat picture", "座席図";
    stage: "Stage", "舞台";
    zone: "Time zone", "タイムゾーン";
    access: "How to get there", "アクセス";
    zone_hint: "All times of events here are by this clock. A venue that is known keeps its own.", "ここでの公演の時刻はこの時計に従います。登録済みの会場では変わりません。";
    types: "Seat types", "席種";
    block: "Block", "ブロック";
    floor: "Storey", "階";
    all: "All", "合計";
    count: "Seats by block and seat type", "ブロック・席種別の席数";
    save: "Save as a file", "ファイルに保存";
    as_csv: "CSV", "CSV";
    as_pretix: "pretix JSON", "pretix JSON";
    // Import
    choose: "A file with the seats", "席のファイル";
    kinds: "A pretix seating plan (JSON), or a list of seats (CSV): one seat or one row a line, with the columns block, row, seat and class.",
        "pretix の座席図(JSON)、または席の一覧(CSV)。1行に1席か1列で、ブロック・列・席番・席種の列が必要です。";
    example: "A list of seats looks like this", "席の一覧の例";
    look_first: "Nothing is stored before you have seen it.", "確認するまで何も保存されません。";
    look: "Look at it", "内容を確認する";
    no_file: "Choose a file first.", "先にファイルを選んでください。";
    not_taken: "This file cannot be taken. Nothing was stored.", "このファイルは読み込めません。何も保存していません。";
    and_more: "And {} more.", "ほか{}件。";
    correct: "Correct the file and choose it again.", "ファイルを直して、もう一度選んでください。";
    found: "This is in the file", "ファイルの内容";
    odd: "Noticed, and no obstacle", "気づいた点(このまま使えます)";
    whose: "Where is this hall?", "どこの会場ですか";
    venue: "Venue", "会場名";
    venue_hint: "A venue can have several seat plans. Choose a known one or type a new one.", "一つの会場に複数の座席図を登録できます。登録済みの会場を選ぶか、新しい名前を入力してください。";
    name: "Name of this seat plan", "座席図の名前";
    name_hint: "Such as: full hall, without balcony.", "例: 全席、バルコニーなし";
    keep: "Keep this hall", "この会場を保存する";
    other_file: "Choose another file", "別のファイルを選ぶ";
    not_kept: "Not kept yet: look at the marked entries.", "まだ保存していません。印のある項目を確かめてください。";
    bad_name: "1 to 120 characters.", "1〜120文字で入力してください。";
    bad_zone: "Choose a time zone.", "タイムゾーンを選んでください。";
    name_taken: "This venue has another seat plan of that name. Give this one another name.", "この会場には同じ名前の別の座席図があります。別の名前にしてください。";
}
