//! What the pages about changing and cancelling say, in English and Japanese.

use crate::pages::words::table;

table! {
    change: "Change the event", "公演の内容を変える";
    cancel: "Cancel the event", "公演を中止する";
    changes: "What was changed", "変更の記録";
    intro: "You see what a change means before it is made. Hall, seats and prices stay; for other prices, register another event.",
        "変更の前に影響を確かめられます。会場・席・料金は変わりません。料金を変えるには別の公演を登録してください。";
    look: "See what this means", "影響を確かめる";
    look_title: "Is this right?", "この内容でよろしいですか";
    entry: "Entry", "項目";
    was: "So far", "これまで";
    becomes: "From now on", "変更後";
    go: "Change the event now", "この内容に変える";
    back: "Back to the form", "入力に戻る";
    back_event: "Back to the event", "公演のページへ戻る";
    not_changed: "Nothing is changed yet: look at the marked entries.", "まだ変更していません。印のある項目を確かめてください。";
    name: "Name of the event", "公演名";
    performers: "Performers", "出演者";
    doors_open: "Doors open", "開場";
    starts: "Starts", "開演";
    sales_end: "Sales end", "販売終了";
    limit: "Most tickets in one order", "1回に買える枚数";
    take_back: "Take tickets back without a fee until the doors open", "開場まで手数料なしで払い戻しを受け付ける";
    take_back_hint: "Fair when the date or those on stage change. It stays so for all tickets of the event.", "日時や出演者が変わるときはこれを選んでください。この公演のすべてのチケットに適用されます。";
    taken_back: "Tickets are taken back without a fee", "手数料なしで払い戻し";
    yes: "Yes, until the doors open", "開場まで受け付ける";

    note: "Why", "理由";
    note_hint: "Kept with the change; your sellers do not see it.", "変更とともに記録されます。販売者には表示されません。";
    keep_distance: "Left as they are, doors and end of sales keep their distance to the start.", "開場と販売終了は、書き換えなければ開演からの間隔を保ちます。";
    clock: "Times are by the clock in {}.", "時刻は {} の時計です。";
    meets: "Whom it meets", "影響を受ける人";
    sold: "tickets are paid", "枚が購入済み";
    on_cards: "of them on cards", "枚がカード";
    on_paper: "of them on paper", "枚が紙";
    unpaid: "seats ordered, not paid", "席が支払い待ち";
    held: "seats being chosen now", "席が選択中";
    paid: "paid in all", "購入総額";
    nobody: "Nobody has a ticket or has ordered one: a change meets nobody.", "まだだれも購入・注文していません。";
    stays: "Tickets stay good. What is printed on paper or stands on a card shows the earlier words and times until it is written anew; kiosks, gates and these pages know the new ones at once.",
        "チケットはそのまま有効です。紙やカードの表示は書き直されるまで以前の内容のままですが、端末・ゲート・このページにはすぐに反映されます。";
    tell: "Nobody is told by itself: tell the people through your sellers.", "購入者への自動のお知らせはありません。販売者から伝えてもらってください。";
    to_cancel: "Cancel it instead", "公演を中止する";
    cancel_means: "When you cancel", "中止すると";
    cancel_sales: "Sales end at once. Seats being chosen and orders that are not paid end; who pays a slip all the same gets the money back at the till.",
        "販売はすぐに終わります。選択中の席と支払い前の注文は終了し、払込票で支払われた代金はその場で返金されます。";
    cancel_money: "Paid tickets bring back the whole price at the kiosks of the seller they were bought from, until the time below. A ticket that was used to enter brings nothing.",
        "購入済みのチケットは、下の期限まで、購入した販売者の端末で全額払い戻されます。入場に使ったチケットは対象外です。";
    cancel_gates: "Gates let nobody in, once they have fetched their next data. A gate without network lets people in until then: tell the staff.",
        "ゲートは次のデータを受け取ると入場を止めます。通信のないゲートはそれまで入場を認めるため、係員に伝えてください。";
    cancel_final: "This cannot be undone.", "取り消せません。";
    refunds_until: "Tickets bring the money back until", "払い戻しの期限";
    why: "Why it is cancelled", "中止の理由";
    sure: "I have read what this means, and the event does not take place.", "内容を確かめました。公演は行いません。";
    cancel_go: "Cancel the event for good", "公演を中止する(取り消し不可)";
    not_cancelled: "The event is not cancelled yet: look at the marked entries.", "まだ中止していません。印のある項目を確かめてください。";
    bad_sure: "Tick this to go on.", "続けるには印を付けてください。";
    bad_note: "1 to 300 characters.", "1〜300文字で入力してください。";
    long_note: "300 characters at most.", "300文字以内で入力してください。";
    same: "Nothing is different.", "変わったところがありません。";
    older: "Somebody else changed the event since you looked. This is how it is now; nothing of yours was changed.", "ほかの人がこの公演を変更しました。現在の内容を表示しています。あなたの変更は行われていません。";
    sent_before: "This form was sent before with other entries, and that was done.", "このフォームは別の内容で送信済みで、その内容は実行されています。";
    begun: "The event has begun: it can be cancelled, not changed.", "開演したため、変更できません。中止はできます。";
    cancelled: "Cancelled", "中止";
    is_cancelled: "This event is cancelled. Tickets bring the money back until {}.", "この公演は中止です。払い戻しは {} まで。";
    when: "When", "日時";
    who: "Who", "操作した人";
    what: "What", "内容";
    none: "Nothing was changed since the event was registered.", "登録後の変更はありません。";
}
