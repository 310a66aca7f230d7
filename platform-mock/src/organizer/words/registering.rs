//! What the pages about registering events say.

use crate::pages::words::table;

table! {
    new_event: "New event", "公演を登録";
    choose_hall: "Where is it?", "会場を選んでください";
    no_hall: "An event needs a hall with its seats. Begin with a seat plan from a file, or with the sample hall.",
        "公演には席のある会場が必要です。ファイルから座席図を読み込むか、見本の会場を使ってください。";
    to_halls: "To the halls", "会場のページへ";
    seats: "seats", "席";
    other_hall: "Another hall", "会場を変える";
    fill_sample: "Fill in a sample", "見本を入力する";
    clock: "Times are by the clock in {}.", "時刻は {} の時計です。";
    what: "What and when", "内容と日時";
    name: "Name of the event", "公演名";
    performers: "Performers", "出演者";
    doors_open: "Doors open", "開場";
    starts: "Starts", "開演";
    sales_end: "Sales end", "販売終了";
    sales_end_hint: "Left empty: at the start.", "空欄なら開演まで販売します。";
    prices: "Prices", "料金";
    price_of: "Price {}", "{} の料金";
    currency: "Currency", "通貨";
    currency_hint: "Three letters, such as JPY or EUR.", "JPY、EUR などの3文字。";
    price_hint: "Tax contained.", "税込み。";
    tax: "Tax contained, percent", "内税(%)";
    rules: "Rules", "決まり";
    limit: "Most tickets in one order", "1回に買える枚数";
    entrances: "Entrances", "入口";
    entrances_hint: "Names apart by commas, as they stand at the doors. The first one serves all blocks.", "扉に書かれた名前をコンマで区切ります。最初の入口がすべてのブロックの入口になります。";
    entrance: "Main entrance", "正面入口";
    refund_fee: "Fee for giving a ticket back", "払い戻しの手数料(1枚)";
    refund_hint: "Left empty: tickets are not taken back. Else until the doors open.", "空欄なら払い戻しません。入力すると開場まで払い戻せます。";
    register: "Register the event", "公演を登録する";
    after: "Nothing is on sale yet then: next, the seats are given to sellers.", "登録しただけでは販売は始まりません。次に席を販売者に割り当てます。";
    not_registered: "Not registered yet: look at the marked entries.", "まだ登録していません。印のある項目を確かめてください。";
    sent_before: "This form was sent before with other entries, and that event is registered. Send it again to register one more.",
        "このフォームは別の内容で送信済みで、その公演は登録されています。もう一度送ると、もう一つ登録します。";
    // What is wrong
    bad_text: "1 to 120 characters on one line.", "1行、1〜120文字で入力してください。";
    bad_time: "Enter a date and a time.", "日付と時刻を入力してください。";
    skipped_time: "This time does not exist: the clock is set forward over it. Choose one before or after.", "夏時間の切り替えで、この時刻はありません。前後の時刻を選んでください。";
    past_time: "This is over already.", "すでに過ぎています。";
    doors_late: "The doors open after the start.", "開場が開演より後です。";
    bad_price: "Enter an amount, such as {}.", "{} のような金額を入力してください。";
    bad_decimals: "Too many decimals for this currency.", "この通貨の小数の桁が多すぎます。";
    bad_currency: "Three letters, such as JPY.", "JPY のような3文字で入力してください。";
    bad_tax: "Enter 0 to 100.", "0〜100で入力してください。";
    bad_limit: "Enter 1 to 255.", "1〜255で入力してください。";
    // Samples
    sample_name: "Sample evening", "見本の夕べ";
    sample_performers: "The sample players", "見本劇団";
    // Other dates
    dates: "Other dates", "ほかの日にも";
    dates_title: "The same event on other dates", "同じ公演をほかの日にも";
    dates_intro: "Everything is copied: seats, prices and rules. Doors and the end of sales keep their distance to the start.", "席・料金・決まりをすべて写します。開場と販売終了は、開演からの間隔を保ちます。";
    date: "Start {}", "開演 {}";
    empty_dates: "Leave empty what you do not need.", "使わない欄は空けておいてください。";
    with_allocation: "Give the sellers the same seats", "販売者への割り当ても写す";
    copy: "Register these dates", "これらの日を登録する";
    more_dates: "More lines", "欄を増やす";
    no_date: "Enter at least one date.", "日付を一つ以上入力してください。";
    same_date: "This date is there already.", "同じ日時がすでにあります。";
    not_copied: "No date is registered yet: look at the marked entries.", "まだ一つも登録していません。印のある項目を確かめてください。";
    copied: "Registered", "登録しました";
    event: "Event", "公演";
    unallocated: "With nobody", "未割り当て";
}
