//! Whether typesetting is linear in the text, whatever the text is: `cargo bench -p documents --bench linear`
//!
//! It sets notes of each kind of characters in sizes up to [`SIZES`]' last, and invoices of more and more lines, and fails
//! where four times the text takes more than [`STEEPEST`] times as long, or where what the books hold at most takes
//! longer than [`LONGEST`].

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use documents::{InvoiceDocument, Template, render};

#[allow(dead_code, reason = "shared with the example and the other bench")]
#[path = "../examples/samples/invoices.rs"]
mod invoices;

/// Characters of notes. The books hold 10,000.
const SIZES: [usize; 3] = [5_000, 10_000, 20_000];
/// Lines of an invoice. The books hold 500.
const LINES: [usize; 3] = [125, 250, 500];
/// Four, and some more for the noise and for what grows with the logarithm.
const STEEPEST: f64 = 6.0;
/// Shorter times say nothing.
const NOISE: Duration = Duration::from_millis(20);
/// The time after which a document is given up.
const LONGEST: Duration = Duration::from_secs(10);

/// What is repeated until the text is long enough.
const KINDS: [(&str, &str); 36] = [
    ("words", "Consulting services, as agreed upon. "),
    ("one word", "consultingservices"),
    ("one word of capitals", "W"),
    ("one word of narrow letters", "il"),
    ("figures", "1234567890"),
    ("soft hyphens", "\u{ad}"),
    ("soft hyphens in words", "con\u{ad}sul\u{ad}ting "),
    ("zero width spaces", "\u{200b}"),
    ("word joiners", "\u{2060}"),
    ("joiners", "\u{200d}"),
    ("joiners after letters", "a\u{200c}"),
    ("joiners after spaces", " \u{200d}"),
    ("direction marks", "\u{202e}a\u{202c}\u{2066}ש\u{2069}\u{200f}"),
    ("combining marks", "\u{301}"),
    ("letters with marks", "a\u{301}\u{323}"),
    ("fillers", "\u{3164}\u{115f}\u{ffa0}"),
    ("variation selectors", "字\u{fe0f}\u{e0100}"),
    ("spaces", " "),
    ("no-break spaces", "\u{a0}"),
    ("hair spaces", "\u{200a}"),
    ("wide spaces", "\u{3000}\u{2003}"),
    ("tabs", "\t"),
    ("line breaks", "\n"),
    ("short lines", "a\n"),
    ("other line breaks", "a\u{2028}b\r\n"),
    ("an address", "https://example.com/a?b=c&d=e/"),
    ("signs", "([{<«„“”»>}])/-_.,;:!?"),
    ("Chinese", "咨询服务，费用"),
    ("Thai", "บริการให้คำปรึกษา"),
    ("one Thai letter", "ๆ"),
    ("Khmer and Myanmar", "ខ្មែរမြန်မာ"),
    ("Hebrew and Latin", "שלום (hello) 123, "),
    ("one Arabic word", "استشارات"),
    ("Devanagari conjuncts", "क्"),
    ("Hangul vowels", "\u{1161}"),
    ("one letter of each script", "aαбשعहกខあ한ա✓🚀"),
];

fn main() -> ExitCode {
    let sample = invoices::all().swap_remove(0).1;
    time(&sample);
    let mut faults = Vec::new();
    println!("{:28} {:>9} {:>9} {:>9} {:>7}", "notes, characters", SIZES[0], SIZES[1], SIZES[2], "growth");
    for (kind, pattern) in KINDS {
        let times = SIZES.map(|size| {
            let notes = pattern.chars().cycle().take(size).collect();
            time(&InvoiceDocument { notes, ..sample.clone() })
        });
        faults.extend(report(kind, times, times[1]));
    }
    println!("{:28} {:>9} {:>9} {:>9} {:>7}", "lines of 500 characters", LINES[0], LINES[1], LINES[2], "growth");
    for (kind, pattern) in KINDS {
        let times = LINES.map(|count| {
            let mut document = sample.clone();
            let description = pattern.chars().cycle().take(500).collect();
            document.lines = vec![documents::DocumentLine { description, ..document.lines[0].clone() }; count];
            time(&document)
        });
        faults.extend(report(kind, times, times[2]));
    }
    for fault in &faults {
        println!("{fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the times of a kind, and says what is wrong with them. `most` is the time of what the books hold at most.
fn report(kind: &str, times: [Duration; 3], most: Duration) -> Option<String> {
    let [first, middle, last] = times.map(|time| time.as_secs_f64() * 1000.0);
    let growth = times[2].as_secs_f64() / times[0].max(NOISE).as_secs_f64();
    println!("{kind:28} {first:>9.1} {middle:>9.1} {last:>9.1} {growth:>7.1}");
    // What is fast must not be: a debug build is some thirty times slower.
    let too_long = !cfg!(debug_assertions) && most > LONGEST;
    (growth > STEEPEST || too_long)
        .then(|| format!("{kind}: {last:.0} ms, {growth:.1} times as long for four times as much"))
}

/// The shorter time of two.
fn time(document: &InvoiceDocument) -> Duration {
    let rounds = (0..2).map(|round| {
        let document = InvoiceDocument { number: format!("{}-{round}", document.number), ..document.clone() };
        let started = Instant::now();
        black_box(render(&document, Template::standard()).expect("a PDF"));
        started.elapsed()
    });
    rounds.min().unwrap_or_default()
}
