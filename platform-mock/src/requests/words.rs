//! What the pages about requests for seats say, in English and Japanese.

use crate::pages::words::table;

table! {
    intro_organizer: "Sellers ask for seats, and you offer them some. Each side may come back with other numbers; when one accepts, the seats are the seller's at once.",
        "販売者からの依頼に答え、席を提案します。双方が席数を変えて返事でき、一方が承諾するとすぐに席が割り当てられます。";
    intro_seller: "Ask organizers for seats, or answer their offers. Each side may come back with other numbers; when one accepts, the seats are yours at once.",
        "主催者に席を依頼し、提案に答えます。双方が席数を変えて返事でき、一方が承諾するとすぐに席が割り当てられます。";
    nothing_organizer: "Nobody has asked yet. Open an event and choose “Offer seats” to offer some, or to let sellers ask.",
        "依頼はまだありません。公演のページの「席を提案する」から、席の提案や、依頼の受け付けができます。";
    nothing_seller: "Nothing was asked for or offered yet.", "依頼も提案もまだありません。";
    mine: "Waiting for you", "返事待ち(こちら)";
    theirs: "Waiting for the other side", "返事待ち(相手)";
    history: "Before", "これまで";
    us: "We", "こちら";
    seller: "Seller", "販売者";
    organizer: "Organizer", "主催者";
    event: "Event", "公演";
    seats: "Seats", "席数";
    note: "Note", "メモ";
    note_hint: "The other side reads it. At most 300 letters.", "相手に表示されます。300文字まで。";
    when: "When", "日時";
    none: "none", "なし";
    nobodys_now: "With nobody now", "いま未割り当ての席";
    too_few: "Fewer seats are with nobody than are asked for: answer with other numbers, or take seats back first.",
        "未割り当ての席が足りません。席数を変えて返事をするか、先に席を引き取ってください。";
    accept_organizer: "Agree: {who} gets {seats}", "承諾する:{who}に {seats}";
    accept_seller: "Agree: take {seats}", "承諾する:{seats} を受け取る";
    counter: "Answer with other numbers", "席数を変えて返事をする";
    counter_go: "Send these numbers", "この席数で返事をする";
    decline: "Decline", "断る";
    decline_note: "The seller gets no seats by this request.", "この依頼では席を割り当てません。";
    withdraw: "Withdraw", "取り下げる";
    withdraw_note: "No seats come of this request. You may ask again.", "この依頼では席を受け取りません。あらためて依頼できます。";
    open: "Open", "相談中";
    agreed: "Agreed", "承諾";
    declined: "Declined", "断り";
    withdrawn: "Withdrawn", "取り下げ";
    outcome: "Outcome", "結果";
    given: "Seats that went over", "割り当てられた席";
    done_agreed: "Agreed: {n} seats are {who}'s now.", "承諾しました。{n}席を{who}に割り当てました。";
    done_agreed_seller: "Agreed: {n} seats are yours now.", "承諾しました。{n}席が割り当てられました。";
    done_ended: "This request is over. No seats moved.", "この依頼は終わりました。席は動いていません。";
    done_said: "Sent. The other side is to answer.", "送りました。相手の返事を待っています。";
    to_ask: "Events you may ask seats of", "席を依頼できる公演";
    none_to_ask: "No organizer takes requests at the moment.", "いま依頼を受け付けている公演はありません。";
    ask: "Ask for seats", "席を依頼する";
    ask_intro: "Say how many seats of each type you would sell. The organizer answers; nothing is yours before both agree.",
        "販売したい席数を席種ごとに入れてください。主催者が返事をします。双方が承諾するまで席は割り当てられません。";
    ask_go: "Send the request", "依頼を送る";
    offer: "Offer seats", "席を提案する";
    offer_intro: "The seller answers. The seats stay with nobody until it accepts; they are taken from what is with nobody then.",
        "販売者が返事をします。承諾されるまで席は未割り当てのままで、そのとき未割り当ての席から割り当てます。";
    offer_go: "Send the offer", "提案を送る";
    to_whom: "To", "提案先";
    choose: "Choose a seller", "販売者を選んでください";
    class: "Type", "席種";
    nobodys: "{n} with nobody", "未割り当て {n} 席";
    is_open: "Sellers may ask for seats of this event.", "この公演は席の依頼を受け付けています。";
    is_closed: "Sellers do not see that they could ask for seats of this event.", "この公演は席の依頼を受け付けていません。";
    open_go: "Let sellers ask", "依頼を受け付ける";
    close_go: "No longer let sellers ask", "依頼の受け付けをやめる";
    bad_count: "Write a whole number, such as 20.", "20のように整数で入れてください。";
    no_seats: "Ask for at least one seat.", "1席以上入れてください。";
    long_note: "At most 300 letters.", "300文字まで入れられます。";
    not_sent: "Nothing was sent", "送っていません";
    not_done: "Nothing was done: something is different since you looked. This is how it is now.",
        "できませんでした。表示後に状況が変わりました。いまの状態を確かめてください。";
    sent_before: "This form was sent before. This is how it is now.", "このフォームは送信済みです。いまの状態です。";
    bad_counts: "Nothing was sent: the hall does not have so many seats.", "送っていません。会場の席数を超えています。";
}
