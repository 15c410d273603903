//! What a PDF costs: `cargo bench -p documents`
//!
//! Prints time, CPU time and memory of the first document of a process, of the next ones, and of other lengths.

use std::hint::black_box;
use std::time::{Duration, Instant};

use documents::{InvoiceDocument, Template, render};

#[path = "../examples/samples/invoices.rs"]
mod invoices;

const ROUNDS: u32 = 50;

fn main() {
    let samples = invoices::all();
    let find = |name: &str| &samples.iter().find(|(sample, _)| *sample == name).expect("a sample").1;
    println!("{:28} {:>10} {:>10} {:>10}", "", "time ms", "CPU ms", "size KB");
    let two_pages = find("two-pages");
    report("first (two pages)", two_pages, 0..1);
    report("second (two pages)", two_pages, 1..2);
    for name in ["two-pages", "simple", "rates", "scripts", "long"] {
        report(&format!("{name}, next {ROUNDS}"), find(name), 2..2 + ROUNDS);
    }
    println!("resident memory {} MB, at most {} MB", status("VmRSS"), status("VmHWM"));
}

/// The mean of the rounds; each one is another invoice.
fn report(what: &str, invoice: &InvoiceDocument, rounds: std::ops::Range<u32>) {
    let count = rounds.len() as u32;
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut size = 0;
    for round in rounds {
        let mut invoice = invoice.clone();
        invoice.id = format!("{}-{round}", invoice.id);
        invoice.number = format!("{}-{round}", invoice.number);
        for (index, line) in invoice.lines.iter_mut().enumerate() {
            line.description = format!("{} ({round}.{index})", line.description);
        }
        size = black_box(render(&invoice, Template::standard()).expect("a PDF")).len();
    }
    let each = |total: Duration| (total / count).as_secs_f64() * 1000.0;
    let (time, cpu) = (each(started.elapsed()), each(cpu_time() - cpu));
    println!("{what:28} {time:>10.1} {cpu:>10.1} {:>10.1}", size as f64 / 1024.0);
}

/// The CPU time of all threads of the process, in the kernel's unit of 10 ms.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<i64> =
        stat.rsplit(") ").next().unwrap_or_default().split(' ').filter_map(|field| field.parse().ok()).collect();
    // After the state, which is a letter: utime is the 11th number, stime the 12th.
    Duration::from_millis((fields[10] + fields[11]).unsigned_abs() * 10)
}

/// A figure of the process in MB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() / 1024
}
