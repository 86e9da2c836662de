//! Forms that serde is too generous with.
//!
//! What is derived for a struct also reads a list of its values, for a choice without fields also an object with `null`,
//! and for an `Option` also a missing key. The formats know one form for each thing, so that every reader of a file
//! reads the same.

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A type whose derived reader is behind another one: `#[serde(remote = "Self")]` and [`read_as!`].
pub(super) trait Derived<'de>: Sized {
    /// The derived reader.
    fn derived<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads types that derive serde's traits with `#[serde(remote = "Self")]` by a function of this module, and writes
/// them as derived.
macro_rules! read_as {
    ($reader:ident: $($name:ident),+) => {
        $(read_as!($name, $crate::format::shapes::$reader);)+
    };
    ($name:ident, $reader:expr) => {
        impl<'de> $crate::format::shapes::Derived<'de> for $name {
            fn derived<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $name::deserialize(deserializer)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $reader(deserializer)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        }
    };
}
pub(super) use read_as;

/// An object, no list of its values.
pub(super) fn object<'de, D: Deserializer<'de>, T: Derived<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

/// One of several names.
pub(super) fn name<'de, D: Deserializer<'de>, T: Derived<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Name(PhantomData))
}

/// The value that has a name, or an object for any other.
pub(super) fn name_or_object<'de, D: Deserializer<'de>, T: Derived<'de>>(
    deserializer: D,
    name: &'static str,
    value: T,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(NameOrObject { name, value })
}

/// A key that is there has a value; only a missing one means `None`. With `#[serde(default)]`.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// No key besides the one that was read.
pub(super) fn nothing_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(deserializer).map(|Nothing {}| ())
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Derived<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::derived(MapAccessDeserializer::new(map))
    }
}

struct Name<T>(PhantomData<T>);

impl<'de, T: Derived<'de>> Visitor<'de> for Name<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::derived(StrDeserializer::new(text))
    }
}

struct NameOrObject<T> {
    name: &'static str,
    value: T,
}

impl<'de, T: Derived<'de>> Visitor<'de> for NameOrObject<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\" or an object", self.name)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        if text == self.name { Ok(self.value) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        Object(PhantomData).visit_map(map)
    }
}
