<?xml version="1.0" encoding="UTF-8"?>
<cfg a="{$v}" b='{$v}'><x>{$v}</x><y/></cfg>
