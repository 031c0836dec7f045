//! Columns that line up.

use comfy_table::{CellAlignment, Table, presets};

/// The lines of a table, its header first. Columns from `right_from` on are set to the right.
pub fn lines(header: &[&str], rows: Vec<Vec<String>>, right_from: usize) -> Vec<String> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header.to_vec()).add_rows(rows);
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if i == 0 { 0 } else { 2 }, 0));
        if i >= right_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_to_the_left_and_numbers_to_the_right() {
        let rows = vec![vec!["canary".into(), "5".into()], vec!["all".into(), "100".into()]];
        assert_eq!(lines(&["stage", "n"], rows, 1), ["stage     n", "canary    5", "all     100"]);
    }
}
