//! Throwaway servers start, serve, and leave nothing behind.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::time::Instant;

use model::Silent;
use shadow::{Shadow, ShadowOptions, Storage};

async fn start(options: &ShadowOptions) -> Shadow {
    Shadow::start(options, &Silent).await.unwrap_or_else(|fault| panic!("{fault}"))
}

async fn one(shadow: &Shadow) -> i32 {
    let session = connect::connect(&shadow.target("postgres"), "test").await.unwrap();
    session.query_one("SELECT 1", &[]).await.unwrap().get(0)
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn a_server_of_each_major_starts_and_goes() {
    for major in [15, 18] {
        let _cold = start(&ShadowOptions::of(major)).await;
        let began = Instant::now();
        let shadow = start(&ShadowOptions::of(major)).await;
        assert_eq!(one(&shadow).await, 1);
        println!("PostgreSQL {major}: warm start to the first answer took {:?}", began.elapsed());
        assert_eq!(shadow.major(), major);
        let (pid, sockets) = (shadow.pid().unwrap(), shadow.socket_folder().unwrap());
        assert!(is_alive(pid) && sockets.exists());
        let began = Instant::now();
        drop(shadow);
        println!("PostgreSQL {major}: stop took {:?}", began.elapsed());
        assert!(!is_alive(pid) && !sockets.parent().unwrap().exists());
    }
}

#[tokio::test]
async fn two_at_once_do_not_meet() {
    let options = ShadowOptions::of(15);
    let (one, two) = tokio::join!(start(&options), start(&options));
    assert_ne!(one.pid(), two.pid());
    let database = one.create_database(None).await.unwrap();
    let session = connect::connect(&database.target, "test").await.unwrap();
    session.batch_execute("CREATE TABLE public.t ()").await.unwrap();
    drop(two);
    session.batch_execute("CREATE TABLE public.u ()").await.unwrap();
}

#[tokio::test]
async fn a_template_gives_a_copy() {
    let shadow = start(&ShadowOptions::of(15)).await;
    let first = shadow.create_database(None).await.unwrap();
    let session = connect::connect(&first.target, "test").await.unwrap();
    session.batch_execute("CREATE TABLE public.t AS SELECT 7 AS n").await.unwrap();
    session.close().await;
    let began = Instant::now();
    let copy = shadow.create_database(Some(first.name.as_str())).await.unwrap();
    println!("a database by TEMPLATE took {:?}", began.elapsed());
    let session = connect::connect(&copy.target, "test").await.unwrap();
    assert_eq!(session.query_one("SELECT n FROM public.t", &[]).await.unwrap().get::<_, i32>(0), 7);
    shadow.drop_database(&copy).await.unwrap();
    assert!(session.query_one("SELECT 1", &[]).await.is_err());
}

#[tokio::test]
async fn a_restart_keeps_what_was_committed() {
    let shadow = start(&ShadowOptions { storage: Storage::Disk, ..ShadowOptions::of(15) }).await;
    let session = connect::connect(&shadow.target("postgres"), "test").await.unwrap();
    session.batch_execute("CREATE TABLE public.t AS SELECT 7 AS n").await.unwrap();
    session.batch_execute("BEGIN; INSERT INTO public.t VALUES (8)").await.unwrap();
    let before = shadow.pid();
    shadow.restart().await.unwrap();
    assert_ne!(shadow.pid(), before);
    assert!(session.batch_execute("COMMIT").await.is_err());
    let session = connect::connect(&shadow.target("postgres"), "test").await.unwrap();
    assert_eq!(session.query("SELECT n FROM public.t", &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bad_setting_is_told_with_the_log() {
    let settings = vec![("max_connections".to_owned(), "many".to_owned())];
    let fault =
        Shadow::start(&ShadowOptions { settings, ..ShadowOptions::of(15) }, &Silent).await.unwrap_err();
    assert_eq!(fault.kind, "shadow.start");
    assert!(fault.to_string().contains("max_connections"), "{fault}");
}

#[tokio::test]
async fn a_template_in_use_is_refused() {
    let shadow = start(&ShadowOptions::of(15)).await;
    let first = shadow.create_database(None).await.unwrap();
    let _session = connect::connect(&first.target, "test").await.unwrap();
    // The server itself waits 5 s for the session to end.
    let fault = shadow.create_database(Some(first.name.as_str())).await.unwrap_err();
    assert_eq!(fault.kind, "shadow.database");
    assert!(fault.help.unwrap().contains("close the sessions"));
}

#[tokio::test]
async fn a_server_on_disk_starts_fast_as_well() {
    let options = ShadowOptions { storage: Storage::Disk, ..ShadowOptions::of(15) };
    drop(start(&options).await);
    let began = Instant::now();
    let shadow = start(&options).await;
    assert_eq!(one(&shadow).await, 1);
    println!("PostgreSQL 15 on disk: warm start to the first answer took {:?}", began.elapsed());
}
