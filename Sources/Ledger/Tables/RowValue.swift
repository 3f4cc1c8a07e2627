/// A value of a row, or of a parameter. NULL has a type, too.
package enum RowValue {
    case integer(Int64?)
    case text(String?)
    case bytes([UInt8]?)
}
