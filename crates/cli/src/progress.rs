//! Progress on a terminal, on standard error; elsewhere only what is worth a line.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use model::Progress;

/// Draws bars with remaining time where standard error is a terminal; says nothing otherwise.
pub struct Terminal {
    bar: Mutex<Option<ProgressBar>>,
    /// Tasks under way, each a part of the one before it.
    tasks: Mutex<Vec<String>>,
    draws: bool,
}

impl Terminal {
    /// Progress for this process's standard error.
    pub fn new() -> Self {
        let draws = std::io::stderr().is_terminal();
        Self { bar: Mutex::new(None), tasks: Mutex::default(), draws }
    }

    fn with_bar(&self, act: impl FnOnce(&ProgressBar)) {
        let bar = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = &*bar {
            act(bar);
        }
    }

    fn set(&self, bar: Option<ProgressBar>) {
        let mut slot = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(old) = slot.take() {
            old.finish_and_clear();
        }
        *slot = bar;
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Draws a task: a bar where its size is known, a spinner otherwise.
    fn draw(&self, task: &str, total: Option<u64>) {
        // The line is free before anybody else writes on it.
        self.set(None);
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), KNOWN),
            None => (ProgressBar::new_spinner(), UNKNOWN),
        };
        // The templates are ours and correct; a mistake in one shows as the default style.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(task.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.set(Some(bar));
    }
}

const KNOWN: &str = "{spinner} {msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}";
const UNKNOWN: &str = "{spinner} {msg} {elapsed}";

impl Progress for Terminal {
    fn begin(&self, task: &str, total: Option<u64>) {
        self.tasks().push(task.to_owned());
        if self.draws {
            self.draw(task, total);
        }
    }

    fn reached(&self, done: u64) {
        self.with_bar(|bar| bar.set_position(done));
    }

    fn note(&self, text: &str) {
        if self.draws {
            self.with_bar(|bar| bar.println(format!("  {text}")));
        } else if let Some(task) = self.tasks().last() {
            anstream::eprintln!("{task}: {text}");
        } else {
            anstream::eprintln!("{text}");
        }
    }

    fn end(&self, result: &str) {
        let (task, around) = {
            let mut tasks = self.tasks();
            (tasks.pop().unwrap_or_default(), tasks.last().cloned())
        };
        if !self.draws {
            return;
        }
        self.set(None);
        anstream::eprintln!("✓ {task}: {result}");
        if let Some(around) = around {
            self.draw(&around, None);
        }
    }
}
