//! JSON as pages and the server send it to each other.
//!
//! Written and read by `serde_json`, but for one thing: a structure is an object. That an array of its
//! fields would do as well is code for each structure anew, which every browser loads and no answer uses.

use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use std::fmt;

/// How server functions take their arguments and answer.
pub type Json = Post<Encoding>;

/// JSON in the body of a call, and in a page.
#[derive(Clone, Copy, Debug)]
pub struct Encoding;

/// Reads one value.
///
/// # Errors
/// What is there is not JSON, not of that type, or more than one value.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let value = T::deserialize(Objects(&mut json))?;
    json.end().map(|()| value)
}

impl ContentType for Encoding {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Encoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Encoding {
    type Error = serde_json::Error;

    fn encode(value: &T) -> serde_json::Result<Bytes> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Encoding {
    type Error = serde_json::Error;

    fn decode(json: Bytes) -> serde_json::Result<T> {
        read(&json)
    }
}

impl<T: Serialize> Encoder<T> for Encoding {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> serde_json::Result<String> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Encoding {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(json: &str) -> serde_json::Result<T> {
        read(json.as_bytes())
    }
}

/// A reader of JSON, or what is told by one, that reads structures as objects all the way down.
struct Objects<T>(T);

/// What holds nothing is read as it is.
macro_rules! plain {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.0.$method(visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    plain! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Objects(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Objects(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Objects(visitor))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_seq(Objects(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(length, Objects(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, length, Objects(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Objects(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, Objects(visitor))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(out)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(json))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, json: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(json))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(fields))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Objects(variant))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(json))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Objects<A> {
    type Error = A::Error;
    type Variant = Objects<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.0.variant_seed(seed)?;
        Ok((value, Objects(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Objects(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Objects(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, A::Error> {
        self.0.newtype_variant_seed(Fields(visitor))
    }
}

/// What is in a variant with fields.
struct Fields<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<V::Value, D::Error> {
        json.deserialize_map(Objects(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Outer {
        number: Newtype,
        inner: Option<Inner>,
        pairs: Vec<(String, Inner)>,
        #[serde(default)]
        kind: Kind,
    }

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Newtype(u64);

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Inner {
        kinds: Vec<Kind>,
    }

    #[derive(Debug, Default, PartialEq, Serialize, serde::Deserialize)]
    enum Kind {
        #[default]
        Plain,
        Of(Box<Inner>),
        Pair(i8, bool),
        Named {
            inner: Box<Inner>,
        },
    }

    fn inner() -> Inner {
        Inner { kinds: vec![Kind::Plain, Kind::Pair(-1, true), Kind::Of(Box::new(Inner { kinds: Vec::new() }))] }
    }

    #[test]
    fn what_is_written_is_read() {
        for optional in [None, Some(inner())] {
            let kind = Kind::Named { inner: Box::new(inner()) };
            let value = Outer { number: Newtype(u64::MAX), inner: optional, pairs: vec![("ä".to_owned(), inner())], kind };
            assert_eq!(read::<Outer>(&serde_json::to_vec(&value).unwrap()).unwrap(), value);
        }
    }

    #[test]
    fn a_structure_is_an_object_and_nothing_follows_it() {
        assert_eq!(read::<Inner>(br#"{"kinds": [], "unknown": [1, {}]}"#).unwrap(), Inner { kinds: Vec::new() });
        let refused: [&[u8]; 6] =
            [b"[[]]", br#"{"kinds": [{"Of": [[]]}]}"#, br#"{"kinds": [{"Named": [[]]}]}"#, br#"{"kinds": []} 1"#, b"{}", b""];
        for json in refused {
            assert!(read::<Inner>(json).is_err(), "{}", String::from_utf8_lossy(json));
        }
    }
}
