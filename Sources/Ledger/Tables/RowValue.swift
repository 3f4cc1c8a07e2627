/// A value of a row, or of a parameter. Without a value it still has a type.
package enum RowValue {
    case integer(Int64?)
    case text(String?)
    case bytes([UInt8]?)
}
