//! What the page about allocation files says, in English and Japanese.

use crate::pages::words::table;

table! {
    title: "Allocation from a file", "ファイルから割り当て";
    intro: "For allocations made elsewhere, by hand or by another system. A file is compared first; nothing moves before you say so.",
        "手作業やほかのシステムで決めた割り当てを取り込みます。まず比較し、確認するまで席は動きません。";
    columns: "The first line names the columns: block, floor, row, number, seller. Block and floor may be missing where rows need none. A number may be a run such as 1-12; a seller is its code or its name, and an empty one gives seats back to nobody.",
        "1行目に列名を入れてください:ブロック、階、列、番号、販売者。ブロックと階はなくても席が決まれば省けます。番号は 1-12 のように続けて書けます。販売者はコードまたは名前で、空欄は未割り当てに戻す席です。";
    download: "The allocation as it is now (CSV)", "いまの割り当て(CSV)";
    to_desk: "To the desk", "割り当てのページへ";
    again: "Another file", "別のファイル";
    sellers: "Sellers that are not registered", "登録のない販売者";
    compare: "Compare", "比較する";
    report: "What is otherwise in the file", "ファイルとの違い";
    count: "Seats", "席数";
    which: "Which", "席";
    lines_read: "{n} lines were read; {same} seats are as the file says.", "{n}行を読みました。{same}席は一致しています。";
    agrees: "The file says what is so. Nothing is to be done.", "ファイルと一致しています。";
    from_to: "{from} → {to}", "{from} → {to}";
    nobody: "nobody", "未割り当て";
    fixed: "Stay: held or sold ({from} → {to})", "動きません(確保中・販売済み):{from} → {to}";
    contradictory: "Stay: the file gives them to more than one", "動きません(ファイルの中で食い違い)";
    not_named: "Stay: the file does not name them", "動きません(ファイルにない席)";
    unknown_seats: "Lines about seats that the hall does not have, or that could be several", "会場にない席、または1つに決まらない席の行";
    unknown_sellers: "Lines with a seller that is none", "登録のない販売者の行";
    line: "line {n}", "{n}行目";
    more: "and {n} more", "ほか{n}行";
    go: "Move {n} seats", "{n}席を動かす";
    go_note: "All of them move, or none: if somebody moves or sells one of them first, nothing is done. The record of moves names you.", "すべて動くか、まったく動かないかのどちらかです。先に売れたり動かされた席があれば何も動きません。記録が残ります。";
    done: "{n} seats moved.", "{n}席を動かしました。";
    changed: "Nothing moved: seats were moved, held or sold since the file was compared. Compare it again.", "動かしていません。比較したあとで席が動いたか、売れました。もう一度比較してください。";
}
