{get_html_translation_table(1,51)}
