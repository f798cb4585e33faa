//! Hashes made by other software (passlib 1.7.4, argon2-cffi, Django's form) of one password.

use super::*;

const PASSWORD: &str = "pâté en croûte 42";

const FOREIGN: [&str; 9] = [
    "$2b$04$Xzaem0xDvYJBqpWw9bvJKeryEXZ9k2UVAak/P/fLF/pm3k9Vne7BK",
    "$2a$04$jXk/sQoPLcKBIhouG5Aiw.zr009bjdzHs6vOQ/C5/PKOiOS8w4EkG",
    "$scrypt$ln=4,r=8,p=1$spaSMoawNmZM6b23ds75vw$6APXbnXAkf9tOr3wk+vPsN6CcEC5erlIggss1Pv0zgY",
    "$pbkdf2-sha256$1000$pFRqTcnZe8.Zc67VOsf4fw$wvyeTFCs2jXabN6w7lufoShEcxXJ8KiQV89DKqMr9ao",
    "$pbkdf2-sha512$1000$EyJkTCkFwJjzXgtBKGUMQQ$MqRTedzaSs5aEBsWdELL4jiZKHl2BymhRif9fq.3pqNwqu.5AL9mc6O/dtznvkVHaVNNGPO2IP1vUFFxz3CPRg",
    "$pbkdf2$1000$I6TU2nvPOScEwLh3bg1hrA$uJs45h4KcZZRVVkno99MRe5Lrrk",
    "pbkdf2_sha256$1000$VJFxag80uHQO$a4s67VyCUE93Ipb4T3OOzNrQwCzXb90tF3yNleUUrnc=",
    "$argon2i$v=19$m=64,t=2,p=2$W6v1vhfC2DtHCGFMyRmj9A$4nrGkRTnM6d8zpldPQmItcnfT4cO+PQl9RsXHlSOgBA",
    "$argon2id$v=19$m=128,t=1,p=1$vfd+791bK0Wo1Rpj7P1fiw$AXjA7qWQYZR3drOJzlOqaudjZYmBuZr+nQTuSZ+RJ84",
];

#[test]
fn what_other_systems_kept_is_checked_as_it_is() {
    let mut memory = Vec::new();
    for text in FOREIGN {
        let stored = StoredHash::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(stored.matches(PASSWORD, &mut memory), Ok(true), "{text}");
        assert_eq!(
            stored.matches("pate en croute 42", &mut memory),
            Ok(false),
            "{text}"
        );
        assert_eq!(stored.matches("", &mut memory), Ok(false), "{text}");
    }
}

#[test]
fn nonsense_and_work_beyond_reason_are_refused() {
    for text in [
        "",
        "$",
        "plain",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$1$abc$def",
        "$2x$04$Xzaem0xDvYJBqpWw9bvJKeryEXZ9k2UVAak/P/fLF/pm3k9Vne7BK",
        "$2b$31$Xzaem0xDvYJBqpWw9bvJKeryEXZ9k2UVAak/P/fLF/pm3k9Vne7BK",
        "$2b$04$tooshort",
        "$scrypt$ln=40,r=8,p=1$spaSMoawNmZM6b23ds75vw$6APXbnXAkf9tOr3wk+vPsN6CcEC5erlIggss1Pv0zgY",
        "$scrypt$ln=4,r=8$spaSMoawNmZM6b23ds75vw$6APXbnXAkf9tOr3wk+vPsN6CcEC5erlIggss1Pv0zgY",
        "$pbkdf2-sha256$i=4000000000$pFRqTcnZe8$wvyeTFCs2jXabN6w7lufoShEcxXJ8KiQV89DKqMr9ao",
        "$pbkdf2-sha256$i=0$pFRqTcnZe8$wvyeTFCs2jXabN6w7lufoShEcxXJ8KiQV89DKqMr9ao",
        "$pbkdf2-md5$i=1000$pFRqTcnZe8$wvyeTFCs2jXabN6w7lufoShEcxXJ8KiQV89DKqMr9ao",
        "$pbkdf2-sha256$i=1000$pFRqTcnZe8$",
        "pbkdf2_sha256$1000$salt$a4s67VyCUE93Ipb4T3OOzNrQwCzXb90tF3yNleUUrnc=$more",
        "$argon2id$v=19$m=4294967295,t=1,p=1$vfd+791bK0Wo1Rpj7P1fiw$AXjA7qWQYZR3drOJzlOqaudjZYmBuZr+nQTuSZ+RJ84",
        "$argon2id$v=19$m=128,t=1,p=1$vfd+791bK0Wo1Rpj7P1fiw",
    ] {
        assert_eq!(StoredHash::parse(text), None, "{text}");
    }
}
