//! Tables as Parquet, for notebooks and databases. The only place that knows the `parquet` crate; built with the feature `parquet`
//! alone.

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, another one than any other's in the table.
    pub name: String,
    /// One value for each row.
    pub values: Values,
}

/// The values of a column, all of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Words, in UTF-8; none is missing.
    Text(Vec<String>),
    /// Whole numbers; those that there are none of are null.
    Whole(Vec<Option<i64>>),
    /// Numbers; those that there are none of are null.
    Number(Vec<Option<f64>>),
}

impl Values {
    /// How many rows.
    fn len(&self) -> usize {
        match self {
            Values::Text(values) => values.len(),
            Values::Whole(values) => values.len(),
            Values::Number(values) => values.len(),
        }
    }
}

/// Writes a table, uncompressed. The same columns give the same bytes. Columns of different lengths are no table.
pub fn table(columns: &[Column], out: impl Write + Send) -> io::Result<()> {
    if let Some([one, other]) = columns.windows(2).find(|pair| pair[0].values.len() != pair[1].values.len()) {
        let (few, many) = (one.values.len(), other.values.len());
        return Err(io::Error::other(format!("column {} has {few} rows and {} has {many}", one.name, other.name)));
    }
    write(columns, out).map_err(io::Error::other)
}

fn write(columns: &[Column], out: impl Write + Send) -> Result<()> {
    let fields = columns.iter().map(field).collect::<Result<_>>()?;
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    // The crate would put its own version here, and the bytes would change with it.
    let properties = WriterProperties::builder().set_created_by("gatecrash".into()).build();
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    let mut rows = file.next_row_group()?;
    for column in columns {
        let writer = rows.next_column()?.expect("the schema has as many columns");
        fill(writer, &column.values)?;
    }
    rows.close()?;
    file.close()?;
    Ok(())
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, logical, repetition) = match column.values {
        Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
        Values::Whole(_) => (Physical::INT64, None, Repetition::OPTIONAL),
        Values::Number(_) => (Physical::DOUBLE, None, Repetition::OPTIONAL),
    };
    let builder = Type::primitive_type_builder(&column.name, physical);
    builder.with_logical_type(logical).with_repetition(repetition).build().map(Arc::new)
}

fn fill(writer: SerializedColumnWriter, values: &Values) -> Result<()> {
    match values {
        Values::Text(values) => {
            let words: Vec<ByteArray> = values.iter().map(|word| word.as_str().into()).collect();
            put::<ByteArrayType>(writer, &words, None)
        }
        Values::Whole(values) => put_some::<Int64Type>(writer, values),
        Values::Number(values) => put_some::<DoubleType>(writer, values),
    }
}

/// What there is, and where there is nothing: a level of 1 where there is a value, 0 where it is null.
fn put_some<T: DataType>(writer: SerializedColumnWriter, values: &[Option<T::T>]) -> Result<()> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let present: Vec<T::T> = values.iter().flatten().cloned().collect();
    put::<T>(writer, &present, Some(&levels))
}

fn put<T: DataType>(mut writer: SerializedColumnWriter, values: &[T::T], levels: Option<&[i16]>) -> Result<()> {
    writer.typed::<T>().write_batch(values, levels, None)?;
    writer.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    fn column(name: &str, values: Values) -> Column {
        Column { name: name.into(), values }
    }

    fn columns() -> Vec<Column> {
        vec![
            column("scenario", Values::Text(vec!["healthy-day".into(), "über, \"alles\"".into(), String::new()])),
            column("trials", Values::Whole(vec![Some(200), None, Some(i64::MIN)])),
            column("detection_rate", Values::Number(vec![None, Some(0.1 + 0.2), Some(-0.0)])),
        ]
    }

    fn bytes(columns: &[Column]) -> Vec<u8> {
        let mut bytes = Vec::new();
        table(columns, &mut bytes).expect("it is a table");
        bytes
    }

    /// Writes the table to a file and reads it back with the crate's own reader, value by value.
    fn read_back(columns: &[Column]) -> Vec<Vec<(String, Field)>> {
        let file = tempfile::tempfile().expect("files can be written");
        table(columns, &file).expect("it is a table");
        let reader = SerializedFileReader::new(file).expect("it is a Parquet file");
        let rows = reader.get_row_iter(None).expect("it has rows");
        rows.map(|row| row.expect("it is whole").into_columns()).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let row = |word: &str, whole, number| {
            let names = ["scenario", "trials", "detection_rate"].map(String::from);
            names.into_iter().zip([Field::Str(word.into()), whole, number]).collect::<Vec<_>>()
        };
        let expected = [
            row("healthy-day", Field::Long(200), Field::Null),
            row("über, \"alles\"", Field::Null, Field::Double(0.1 + 0.2)),
            row("", Field::Long(i64::MIN), Field::Double(-0.0)),
        ];
        assert_eq!(read_back(&columns()), expected);
    }

    #[test]
    fn a_table_may_be_empty() {
        assert!(read_back(&[column("score", Values::Number(vec![]))]).is_empty());
    }

    #[test]
    fn many_rows_are_read_back_in_their_order() {
        let numbers: Vec<_> = (0..100_000).map(|i| (i % 7 != 0).then_some(i)).collect();
        let read = read_back(&[column("n", Values::Whole(numbers.clone()))]);
        let expected = numbers.into_iter().map(|n| vec![("n".to_string(), n.map_or(Field::Null, Field::Long))]);
        assert!(read.into_iter().eq(expected));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        let written = bytes(&columns());
        assert_eq!(written, bytes(&columns()));
        let said = String::from_utf8_lossy(&written).into_owned();
        assert!(said.contains("gatecrash") && !said.contains("parquet-rs"), "{said}");
    }

    #[test]
    fn columns_of_different_lengths_are_no_table() {
        let uneven = [column("one", Values::Whole(vec![None])), column("two", Values::Whole(vec![]))];
        let error = table(&uneven, Vec::new()).expect_err("one has a row more");
        assert_eq!(error.to_string(), "column one has 1 rows and two has 0");
    }
}
