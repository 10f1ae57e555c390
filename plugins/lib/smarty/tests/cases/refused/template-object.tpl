{$smarty.template_object->smarty->version}
