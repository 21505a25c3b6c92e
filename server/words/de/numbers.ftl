## Numbers

zero-bytes = { $number } Bytes
