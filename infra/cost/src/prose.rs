//! Lines of text, filled anew.

/// Fills each paragraph and each entry of a list with lines of at most so many characters, and indents those of an entry
/// after its first. A word that is longer has a line of its own.
#[must_use]
pub fn filled(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut is_open, mut indent) = (false, "");
    for line in text.lines() {
        let begins = !is_open || line.starts_with("- ");
        if line.is_empty() || line.starts_with('#') {
            lines.push(line.to_owned());
            is_open = false;
            continue;
        }
        if begins {
            indent = if line.starts_with("- ") { "  " } else { "" };
            lines.push(String::new());
        }
        is_open = true;
        for word in line.split_whitespace() {
            match lines.last_mut() {
                Some(last) if last.is_empty() => last.push_str(word),
                Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                    last.push(' ');
                    last.push_str(word);
                }
                Some(_) | None => lines.push(format!("{indent}{word}")),
            }
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn paragraphs_and_entries_are_filled_and_headings_stay() {
        let text = "# A heading that stays\n\none two\nthree four\n\n- one two three\n  four\n- five\n";
        let expected = "# A heading that stays\n\none two three\nfour\n\n- one two\n  three four\n- five\n";
        assert_eq!(filled(text, 13), expected);
    }
}
