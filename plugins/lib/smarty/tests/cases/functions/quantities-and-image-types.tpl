{ini_parse_quantity('128M')} {ini_parse_quantity('0x1Fk')} {ini_parse_quantity('1kb')} {ini_parse_quantity('')}
{image_type_to_mime_type(2)} {image_type_to_mime_type(99)} {image_type_to_extension(3)} {image_type_to_extension(2,false)} {image_type_to_extension(0)|json_encode}
