insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '7a1b2c3d4e5f60718293a4b5c6d7e8f0', 'linphone', 'linphone/mobile', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '1', '101', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'mitel', 'mitel/mobile', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000002', '1', '102', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', '0200', 'snom', 'snom/short', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000003', '1', '103', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', '0200.5e00.0a01', 'snom', 'snom/short', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000004', '1', '104', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', '02005e000a0b0c0d', 'grandstream', 'grandstream/wave', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000005', '1', '2105', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000006', 'd0000000-0000-4000-8000-000000000001', '02005e000a06', 'snom', 'snom/short', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('1e000000-0000-4000-8000-000000000006', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000006', '1', '106', true);
