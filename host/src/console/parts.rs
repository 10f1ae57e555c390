//! Parts that several pages have.

use maud::{Markup, html};

/// A table that scrolls by itself where it is too wide. `id` and `refresh`, in seconds, are for tables that refresh.
pub fn table(label: &str, heads: &[&str], rows: &[Vec<Markup>], refresh: Option<(&str, u32)>) -> Markup {
    framed(label, heads, rows, refresh, false)
}

/// A table whose rows stand below each other in a narrow window, each cell behind the head of its column.
pub fn stacked(label: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    framed(label, heads, rows, None, true)
}

fn framed(label: &str, heads: &[&str], rows: &[Vec<Markup>], refresh: Option<(&str, u32)>, is_stacked: bool) -> Markup {
    let (id, seconds) = refresh.unzip();
    html! {
        div .scroll .stacked[is_stacked] id=[id] data-refresh=[seconds] tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (at, cell) in row.iter().enumerate() {
                            td data-head=[heads.get(at).filter(|_| is_stacked)] { (cell) }
                        } }
                    }
                }
            }
        }
    }
}

/// What became of an edit that led to a page.
pub fn edited(word: &str) -> Markup {
    match word {
        "saved" => html! { p .good role="status" { "Saved." } },
        "same" => html! { p role="status" { "Everything was stored like that already. Nothing was written." } },
        "deleted" => html! { p .good role="status" { "Deleted." } },
        _ => html! {},
    }
}

/// Links to the pages before and after one of several, and nothing if there is only one. Pages are counted from 1.
pub fn pager(label: &str, page: u64, last: u64, to: impl Fn(u64) -> String) -> Markup {
    html! {
        @if last > 1 {
            nav .pages aria-label=(label) {
                @if page > 1 { (link(&to(page - 1), "Previous page")) }
                span { "Page " (page) " of " (last) }
                @if page < last { (link(&to(page + 1), "Next page")) }
            }
        }
    }
}

/// A text as a cell.
pub fn cell(text: impl maud::Render) -> Markup {
    html! { (text) }
}

pub fn link(path: &str, text: &str) -> Markup {
    html! { a href=(path) { (text) } }
}

/// A list of facts, without those that are empty.
pub fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl .facts {
            @for (name, value) in rows {
                @if !value.0.is_empty() { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// A text of several lines as it is. Its region can be scrolled by keys.
pub fn text(label: &str, text: &str) -> Markup {
    html! { pre tabindex="0" role="region" aria-label=(label) { (text) } }
}

/// A field of a form of conditions.
pub fn field(name: &str, label: &str, value: &str, example: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) type="text" value=(value) placeholder=(example) maxlength="253" size="16"
                autocomplete="off" spellcheck="false";
        }
    }
}

/// A choice of a form of conditions: values with their labels.
pub fn choice(name: &str, label: &str, value: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (choice, label) in choices { option value=(choice) selected[*choice == value] { (label) } }
            }
        }
    }
}
