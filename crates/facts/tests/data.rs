//! The measured data is whole, and what is not in it is unknown.

use std::collections::BTreeSet;

use facts::{
    Area, ConversionContext, Form, IndexCounts, MAJOR_MAX, MAJOR_MIN, Role, Roles, Shape, Storage, Using,
    conversion, judge, lookup, of_area, type_file,
};
use model::{LockMode, Name, TypeName};

#[test]
fn every_form_was_measured_and_no_two_facts_speak_of_the_same() {
    type_file().unwrap();
    let mut seen = BTreeSet::new();
    for area in Area::ALL {
        for fact in of_area(area) {
            assert_eq!(fact.form.area(), area);
            assert!(fact.refusal.is_none() || (fact.locks.is_empty() && fact.scans.is_empty()), "{fact:?}");
            for major in fact.majors.first..=fact.majors.last {
                assert!(seen.insert((fact.form, fact.on, major)), "{} on {}, {major}", fact.form, fact.on);
            }
        }
    }
    for &form in Form::ALL {
        let measured = Shape::ALL.iter().any(|&shape| lookup(form, shape, MAJOR_MAX).is_some());
        assert!(measured, "{form} on {MAJOR_MAX}");
    }
}

#[test]
fn what_was_not_measured_is_unknown() {
    let roles = Roles::of(Name::new("public", "t"));
    for major in [MAJOR_MIN - 1, MAJOR_MAX + 1] {
        let judgement = judge(&[Form::AddColumn], Shape::Plain, major, &roles);
        assert_eq!(judgement.unknown, [Form::AddColumn]);
    }
    let context = ConversionContext::default();
    let storage = |from: &str| conversion(&TypeName::new(from), &TypeName::new("text"), context, 18).storage;
    assert_eq!(storage("public.mood"), Storage::Unknown);
}

#[test]
fn clauses_of_one_statement_share_the_strongest_lock() {
    let (funds, firms) = (Name::new("public", "funds"), Name::new("public", "firms"));
    let roles = Roles::of(funds.clone())
        .with(Role::Referenced, firms.clone())
        .indexed(funds.clone(), IndexCounts { all: 4, of_column: 1 });
    let forms = [Form::AddForeignKey, Form::AddColumnDefaultVolatile, Form::AddUnique];
    let effect = judge(&forms, Shape::Plain, 18, &roles).effect;
    let modes: Vec<_> = effect.locks.iter().map(|lock| (&lock.relation, lock.mode)).collect();
    assert_eq!(modes, [(&firms, LockMode::ShareRowExclusiveLock), (&funds, LockMode::AccessExclusiveLock)]);
    assert_eq!((effect.rewrites, effect.index_builds), (vec![funds], 5));
}

#[test]
fn a_statement_that_is_not_there_yet_is_refused() {
    let roles = Roles::of(Name::new("public", "t"));
    let refused = |major| judge(&[Form::AddNotNullNotValid], Shape::Plain, major, &roles).refusal.is_some();
    assert!(refused(17) && !refused(18));
}

#[test]
fn values_that_conversions_cut_or_refuse_are_told() {
    let flags = |from: &str, to: &str, using| {
        let context = ConversionContext { using, indexed: false, utc: true };
        let it = conversion(&TypeName::new(from), &TypeName::new(to), context, 17);
        (it.may_fail, it.may_change)
    };
    let (varchar_200, varchar_2) = ("character varying(200)", "character varying(2)");
    assert_eq!(flags(varchar_200, varchar_2, Using::None), (true, false));
    assert_eq!(flags(varchar_200, varchar_2, Using::Cast), (false, true));
    assert_eq!(flags(varchar_2, varchar_200, Using::None), (false, false));
    assert_eq!(flags("numeric(15,4)", "numeric(15,0)", Using::None), (false, true));
    assert_eq!(flags("integer", "bigint", Using::None), (false, false));
    assert_eq!(flags("bigint", "integer", Using::None), (true, false));
    assert!(flags("timestamp with time zone", "date", Using::None).1);
}
