//! What a way costs while an application writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use connect::{Target, connect};

/// What goes on while a way is measured.
pub(crate) struct Clock {
    postmaster: u32,
    started: Instant,
    cpu: f64,
    client_cpu: f64,
    over: Arc<AtomicBool>,
    writer: tokio::task::JoinHandle<f64>,
}

/// What a way cost: seconds, and the longest write in ms.
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    /// Of the server and this program.
    pub(crate) cpu: f64,
    /// Of this program.
    pub(crate) client_cpu: f64,
    pub(crate) worst_write_ms: f64,
}

impl Clock {
    /// Begins to measure, and to write.
    pub(crate) fn start(postmaster: u32, target: &Target, rows: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(target.clone(), rows, Arc::clone(&over)));
        let (cpu, client_cpu) = (cpu_seconds(postmaster), own_cpu());
        Self { postmaster, started: Instant::now(), cpu, client_cpu, over, writer }
    }

    /// What was measured.
    pub(crate) async fn stop(self) -> Measured {
        let (seconds, cpu) = (self.started.elapsed().as_secs_f64(), cpu_seconds(self.postmaster) - self.cpu);
        let client_cpu = own_cpu() - self.client_cpu;
        self.over.store(true, Ordering::Relaxed);
        Measured { seconds, cpu, client_cpu, worst_write_ms: self.writer.await.unwrap() }
    }
}

/// The CPU time of a server with all its processes, past ones included, and of this program.
fn cpu_seconds(postmaster: u32) -> f64 {
    let children = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = children.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let living: f64 = pids.map(|pid| ticks(pid, &[11, 12], Some(postmaster))).sum();
    (own_cpu() * 100.0 + ticks(postmaster, &[11, 12, 13, 14], None) + living) / 100.0
}

/// The CPU time of this program, in seconds.
fn own_cpu() -> f64 {
    ticks(std::process::id(), &[11, 12], None) / 100.0
}

/// Fields of `/proc/PID/stat` added up, of a process with this parent.
fn ticks(pid: u32, fields: &[usize], parent: Option<u32>) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let Some((_, rest)) = stat.rsplit_once(')') else { return 0.0 };
    let all: Vec<&str> = rest.split_whitespace().collect();
    if parent.is_some_and(|parent| all[1] != parent.to_string()) {
        return 0.0;
    }
    fields.iter().map(|at| all[*at].parse::<f64>().unwrap_or(0.0)).sum()
}

/// Fifty writes a second; gives the longest, in ms.
async fn write(target: Target, rows: u64, over: Arc<AtomicBool>) -> f64 {
    let session = connect(&target, "application").await.unwrap();
    let (mut worst, mut at) = (0.0_f64, 0);
    while !over.load(Ordering::Relaxed) {
        at += 1;
        let id = (at * 7_919) % rows + 1;
        let statement = if at % 5 == 0 {
            format!(
                "INSERT INTO public.items (id, account, amount, note) VALUES ({}, 1, 1, 'new')",
                rows + at
            )
        } else {
            format!("UPDATE public.items SET amount = amount + 1 WHERE id = {id}")
        };
        let started = Instant::now();
        session.batch_execute(&statement).await.expect("the application's writes succeed");
        worst = worst.max(started.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    session.close().await;
    worst
}
