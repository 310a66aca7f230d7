//! What the pages about sales say, in English and Japanese.

use crate::pages::words::table;

table! {
    event: "Event", "公演";
    status: "Sales status", "販売状況";
    as_of: "As of", "現在";
    live: "This page follows the sales by itself.", "販売に合わせて自動で更新されます。";
    stale: "The platform does not answer. These figures are older; the page goes on by itself.", "センターにつながりません。数字は前のものです。つながり次第、更新します。";
    picture: "Vacant seats", "空席図";
    picture_hint: "Drag to move; + and −, or Ctrl and the wheel, to enlarge. The tables below say the same in figures.", "ドラッグで移動、+・−(またはCtrl+ホイール)で拡大。下の表にも同じ内容があります。";
    stage: "Stage", "舞台";
    whole: "Whole hall", "全体";
    zoom_in: "Larger", "大きく";
    zoom_out: "Smaller", "小さく";
    print: "Print", "印刷";
    as_csv: "As CSV", "CSVで保存";
    seats: "Seats", "席数";
    sold: "Sold", "販売済み";
    held: "Held", "仮押さえ";
    free: "Free", "空席";
    unallocated: "With nobody", "未割り当て";
    part_sold: "Sold, of all", "販売率";
    revenue: "Revenue", "売上";
    by_seller: "By seller", "販売者別";
    by_class: "By seat type", "席種別";
    by_both: "By seller and seat type", "販売者・席種別";
    by_block: "By block", "ブロック別";
    seller: "Seller", "販売者";
    class: "Seat type", "席種";
    block: "Block", "ブロック";
    dates: "Dates", "日程";
    sales_end: "Sales end", "販売終了";
    refunds_end: "Money back until", "払い戻し期限";
    doors_open: "Doors open", "開場";
    starts: "Starts", "開演";
    over: "over", "終了";
    next: "next", "次";
    // Reports
    report: "Daily and monthly report", "日報・月報";
    show: "Show", "表示";
    period: "Month or day", "月または日";
    period_hint: "2026-11 or 2026-11-24", "2026-11 または 2026-11-24";
    before: "Earlier", "前へ";
    after: "Later", "次へ";
    whole_month: "The whole month", "この月全体";
    midnight: "A day begins at midnight at the venue. A ticket counts on the day it was paid for, and again on the day its money goes back.",
        "1日は会場の午前0時に始まります。きっぷは支払いの日に数え、払い戻しはその日に別に数えます。";
    no_sales: "Nothing was sold or paid back in this time.", "この期間の販売・払い戻しはありません。";
    by_day: "By day", "日別";
    day: "Day", "日";
    tickets: "Tickets", "枚数";
    returned: "Money back", "払い戻し";
    paid_back: "Paid back", "払い戻し額";
    net: "Left", "差引";
    by_line: "By event, seller and seat type", "公演・販売者・席種別";
}
