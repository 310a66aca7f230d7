//! What the pages about returns say to organizers, in English and Japanese. Sellers' words are in `seller`.

use crate::pages::words::table;

table! {
    intro: "Seats that sellers offer back. While an offer waits, nobody sells its seats.", "販売者が返却を申し出た席です。返事をするまで、その席はだれも販売できません。";
    none_waiting: "No offer waits. Sellers offer unsold seats back on their own pages; to ask for seats yourself, open an event and call them in.",
        "返事を待っている申し出はありません。売れていない席を引き上げるには、公演のページを開いてください。";
    waiting: "Waiting for you", "返事待ち";
    history: "Before", "これまで";
    from_seller: "From", "返却元";
    note: "Note", "メモ";
    asked: "Offered", "申し出";
    decided: "Decided", "返事";
    outcome: "Outcome", "結果";
    take: "Take {n} seats back", "{n}席を引き取る";
    hand_on: "Or hand them straight on to", "引き取って、そのまま渡す先";
    hand_on_go: "Hand {n} seats on", "{n}席を渡す";
    decline: "Decline", "断る";
    decline_note: "The seller keeps these seats and sells them on.", "席は販売者に残り、販売が続きます。";
    choose: "Choose a seller", "販売者を選んでください";
    accepted: "Taken back", "引き取り";
    handed_on: "Handed on to {who}", "{who}に渡した";
    declined: "Declined", "断った";
    withdrawn: "Withdrawn", "取り下げ";
    called_in: "Called in", "引き上げ";
    done_accepted: "{n} seats of {who} came back. They are with nobody now.", "{who}の{n}席を引き取りました。未割り当てになりました。";
    done_handed_on: "{n} seats went from {who} to {to}.", "{n}席を{who}から{to}へ渡しました。";
    done_declined: "Declined: {who} keeps {n} seats.", "断りました。{n}席は{who}に残ります。";
    done_called_in: "{n} unsold seats of {who} came back. They are with nobody now.", "{who}の売れていない{n}席を引き上げました。未割り当てになりました。";
    call_in_intro: "Takes back what a seller has not sold, in one step. Seats that are held, sold or offered back stay. The seller sees it with your note.",
        "販売者がまだ売っていない席を一度に引き上げます。仮押さえ・販売済み・返却申し出中の席は残ります。販売者にはメモとともに表示されます。";
    call_in_go: "Call in from {who}", "{who}から引き上げる";
    no_sellers: "No seller has seats of this event yet. Allocate seats first.", "この公演の席を持つ販売者はいません。先に席を割り当ててください。";
    unsold: "Unsold", "未販売";
    sold_share: "Sold, held or offered back", "販売済み・仮押さえ・返却申し出中";
    which: "Which", "対象";
    all_types: "all seat types", "すべての席種";
    nothing_unsold: "Nothing unsold", "未販売の席なし";
}
