//! Bytes as a little-endian client was asked and has answered. The layouts are the headers', the values
//! those of the recordings in `server/engine/tests/contract` and what the tools printed beside them.

use super::*;

fn length(number: u32) -> usize {
    usize::try_from(number >> 16 & 0x3fff).unwrap()
}

/// Hexadecimal digits with blanks, and zeros up to the end.
fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let digits: String = text.split_whitespace().collect();
    let mut bytes = [0; LENGTH];
    for (position, byte) in bytes.iter_mut().take(digits.len() / 2).enumerate() {
        *byte = u8::from_str_radix(&digits[position * 2..position * 2 + 2], 16).unwrap();
    }
    bytes
}

#[test]
fn the_structs_are_as_long_as_the_numbers_say() {
    for (number, expected) in [
        (LL_IOC_PROJECT, PROJECT_BYTES),
        (LL_IOC_GET_MDTIDX, 4),
        (LL_IOC_FID2MDTIDX, FID_BYTES),
        (LL_IOC_LMV_GETSTRIPE, STRIPES_AT),
        (OBD_IOC_QUOTACTL, QUOTACTL_BYTES),
        (LL_IOC_DATA_VERSION, DATA_VERSION_BYTES),
        (LL_IOC_HSM_STATE_GET, HSM_STATE_BYTES),
        (LL_IOC_HSM_ACTION, HSM_ACTION_BYTES),
        (LL_IOC_HSM_REQUEST, HSM_ITEM_AT),
    ] {
        assert_eq!(length(number), expected, "{number:#x}");
    }
    assert_eq!(HSM_REQUEST_BYTES, HSM_ITEM_AT + FID_BYTES + 16);
    // Six words, two grace times of 12 bytes each, 72 of limits, two names of 16 and 40.
    assert_eq!(QUOTACTL_BYTES, DQBLK_AT + 72 + 16 + 40);
}

#[test]
fn a_project_is_asked_and_set_by_name() {
    // `LL_IOC_PROJECT get/set/get on dir via parent (root)`: (1001, '0x200'), then (1002, '0x0').
    let asked = project(PROJECT_GET, b"dir", 0, 0).unwrap();
    assert_eq!(asked, bytes("02000000 00000000 00000000 00000000 646972"));
    assert_eq!(project_told(&bytes("02000000 e9030000 00020000 00000000 646972")), (1001, 0x200));
    let set = project(PROJECT_SET, b"dir", 1002, 0).unwrap();
    assert_eq!(set, bytes("01000000 ea030000 00000000 00000000 646972"));
    assert_eq!(project_told(&bytes("02000000 ea030000 00000000 00000000 646972")), (1002, 0));
    // `immutable: set=OK then chproj`: the other flags of the inode come along.
    assert_eq!(project_told(&bytes("02000000 e9030000 08020000")), (1001, 0x208));
    assert_eq!(project(PROJECT_GET, b"", 0, 0).unwrap(), bytes("02"), "the folder itself");
}

#[test]
fn a_name_needs_room_for_its_zero() {
    assert!(project(PROJECT_GET, &[b'n'; 255], 0, 0).is_ok());
    assert_eq!(project(PROJECT_GET, &[b'n'; 256], 0, 0), Err(Errno::NAMETOOLONG));
}

#[test]
fn an_mdt_is_a_number_and_none_is_less_than_zero() {
    // `lfs getstripe -m`: 1 of A1, 0 of A0.
    assert_eq!(mdt_told([1, 0, 0, 0]), Some(1));
    assert_eq!(mdt_told([0, 0, 0, 0]), Some(0));
    assert_eq!(mdt_told([0xff; 4]), None);
}

#[test]
fn a_handle_tells_whose_it_is_and_the_fid() {
    // `name_to_handle_at | OK bytes=32 type=0x97`: the child's FID, and no parent's.
    let fid: [u8; FID_BYTES] = bytes("0004000002000000 07000000 00000000");
    let handle = |kind: i32| [&kind.to_be_bytes()[..], &fid, &[0; FID_BYTES]].concat();
    assert_eq!(fid_of_handle(&handle(0x97)), Some(fid));
    assert_eq!(fid_of_handle(&handle(1)), None, "ext4");
    assert_eq!(fid_of_handle(&0x97_i32.to_be_bytes()), None, "torn");
}

#[test]
fn a_striped_folder_tells_the_mdt_of_each_part() {
    assert_eq!(stripes(), bytes("d00cd20c 00010000"));
    // `lfs getdirstripe striped`: lmv_stripe_count: 2 lmv_stripe_offset: 0 lmv_hash_type: fnv_1a_64, and the stripes
    // 0 [0x200000400:0x7:0x0] and 1 [0x240000401:0x5:0x0].
    let head = "d00cd20c 02000000 00000000 02000000 00000000 0000000000000000 00000000 00000000000000000000000000000000";
    let told = bytes(&format!(
        "{head} 0004000002000000 07000000 00000000 00000000 00000000
         0104004002000000 05000000 00000000 00000000 01000000"
    ));
    assert_eq!(stripes_told(&told), [0, 1]);
    assert!(stripes_told(&bytes(&head.replacen("02000000", "00000000", 1))).is_empty(), "a plain one");
}

#[test]
fn a_folder_tells_what_it_gives_to_new_ones_whatever_the_level() {
    assert_eq!(default_stripes(), bytes("d00cd30c 00010000"));
    // `trusted.dmv` of a folder of MDT 1 (recorded), which the call answers with.
    let told = |text: &str| default_stripes_told(&bytes(text));
    let first = told("d00cd30c 00000000 01000000 00000000 00000000 00000000").unwrap();
    assert_eq!(told("d00cd30c 00000000 01000000 00000000 00000000 03030000"), Some(first.clone()), "three levels");
    assert_ne!(told("d00cd30c 00000000 ffffffff 00000000 00000000 ff030000"), Some(first), "any MDT");
    assert_eq!(told(""), None);
}

/// An answer about project 2101: words of the head, then the nine of `obd_dqblk`.
fn answer(limits: &str) -> [u8; QUOTACTL_BYTES] {
    bytes(&format!("07008000 02000000 35080000 00000000 00000000 00000000 {} {limits}", "00".repeat(24)))
}

#[test]
fn a_quota_is_asked_for_one_project() {
    assert_eq!(quotactl(ProjectId(2101)), answer(""));
}

#[test]
fn limits_are_kib_and_usage_is_bytes() {
    // `fill 2101 (limit 20M)`: (29433856, 20480, 8, 0) are bytes, KiB, inodes, inode limit.
    let told = answer(
        "0050000000000000 0000000000000000 0020c10100000000
         0000000000000000 0000000000000000 0800000000000000
         0000000000000000 0000000000000000 0f000000 00000000",
    );
    let quota = quota_told(&told).unwrap();
    assert_eq!(quota.usage, Amount { bytes: 29_433_856, inodes: 8 });
    assert_eq!(quota.limits.bytes, Bounds { soft: None, hard: Some(20 << 20) });
    assert_eq!(quota.limits.inodes, Bounds::default());
    // `inode hard limit 10`: (8192, 0, 10, 10); `lfs quota with soft exceeded`: 1024 and 30720 KiB, with a
    // grace time that runs and, in its top 16 bits, flags; 9224 KiB and 4 inodes.
    let told = answer(
        "0000000000000000 0000000000000000 0020000000000000
         0a00000000000000 0000000000000000 0a00000000000000
         0000000000000000 0000000000000000 3f000000 00000000",
    );
    let quota = quota_told(&told).unwrap();
    assert_eq!((quota.usage, quota.limits.inodes.hard), (Amount { bytes: 8192, inodes: 10 }, Some(10)));
    let told = answer(
        "0078000000000000 0004000000000000 0020900000000000
         0000000000000000 0000000000000000 0400000000000000
         0a3a116b00000100 0000000000000000 3f000000 00000000",
    );
    let quota = quota_told(&told).unwrap();
    assert_eq!(quota.limits.bytes, Bounds { soft: Some(1 << 20), hard: Some(30 << 20) });
    assert_eq!(quota.usage, Amount { bytes: 9224 << 10, inodes: 4 });
    // `lfs quota unknown project`: all zeros, and valid.
    let told = answer(&format!("{} 0f000000", "00".repeat(64)));
    assert_eq!(quota_told(&told), Some(Quota::default()));
}

#[test]
fn nobody_has_no_limit_where_others_have_one_by_default() {
    // `lfs setquota -P -B 20M`, which the quota master keeps under the ID 0 and tells whoever asks for that.
    let mut told = answer(
        "0050000000000000 0000000000000000 0020c10100000000
         0a00000000000000 0000000000000000 0800000000000000
         0000000000000000 0000000000000000 0f000000 00000000",
    );
    assert_ne!(quota_told(&told).unwrap().limits, Limits::default());
    put(&mut told, ID_AT, &0_u32.to_ne_bytes());
    let quota = quota_told(&told).unwrap();
    assert_eq!((quota.usage, quota.limits), (Amount { bytes: 29_433_856, inodes: 8 }, Limits::default()));
}

#[test]
fn one_server_is_asked_by_its_kind_and_number() {
    let asked = quotactl_of(ProjectId(2101), Target::Ost(1));
    assert_eq!(asked, bytes("07008000 02000000 35080000 00000000 02000000 01000000"));
    assert_eq!(quotactl_of(ProjectId(2101), Target::Mdt(0)), bytes("07008000 02000000 35080000 00000000 01000000"));
}

#[test]
fn grants_tell_whether_servers_hold_a_project_to_its_limits() {
    // `lfs quota -v -p 2101`, whose limit is 20480 KiB: OST0000 12288 of 12288, OST0001 16448 of 17404; MDT0000 has 7
    // inodes and no grant, as inodes are not limited.
    let block = |granted: u64, used_kib: u64| {
        let mut told = answer("");
        put(&mut told, DQBLK_AT, &granted.to_ne_bytes());
        put(&mut told, DQBLK_AT + 16, &(used_kib << 10).to_ne_bytes());
        put(&mut told, DQBLK_VALID_AT, &3_u32.to_ne_bytes());
        share_told(&told, Target::Ost(0)).unwrap()
    };
    let osts = [block(12288, 12288), block(17404, 16448)];
    assert_eq!(osts[0], Share { used: 12288 << 10, granted: 12288 });
    let mut told = answer("");
    put(&mut told, DQBLK_AT + 40, &7_u64.to_ne_bytes());
    put(&mut told, DQBLK_VALID_AT, &12_u32.to_ne_bytes());
    let mdts = [share_told(&told, Target::Mdt(0)).unwrap()];
    assert_eq!(mdts, [Share { used: 7, granted: 0 }]);
    assert_eq!(share_told(&told, Target::Ost(0)), None, "blocks are not valid");

    let hard = |hard| Bounds { soft: None, hard };
    let limits = |bytes, inodes| Limits { bytes: hard(bytes), inodes: hard(inodes) };
    let blocks = limits(Some(20 << 20), None);
    let not_held = block(0, 12288);
    for (limits, osts, expected) in [
        (blocks, &osts[..], Enforcement::On),
        (blocks, &[osts[0], not_held], Enforcement::InPart),
        (blocks, &[not_held, not_held], Enforcement::CountsOnly),
        (blocks, &[block(0, 0)], Enforcement::Unknown),
        (Limits::default(), &[not_held], Enforcement::Unknown),
        (limits(None, Some(10)), &osts, Enforcement::CountsOnly),
        (limits(Some(20 << 20), Some(10)), &osts, Enforcement::InPart),
    ] {
        assert_eq!(enforcement_told(&limits, osts, &mdts), expected, "{limits:?} {osts:?}");
    }
}

#[test]
fn a_partial_answer_is_none() {
    for missing in [1_u32, 2, 4, 8] {
        let mut told = answer("0050000000000000 0000000000000000 0020c10100000000");
        put(&mut told, DQBLK_VALID_AT, &(0x3f & !missing).to_ne_bytes());
        assert_eq!(quota_told(&told), None, "{missing}");
    }
}

#[test]
fn nothing_is_counted_or_nobody_knows() {
    let told = answer(&format!("{} 0f000000", "00".repeat(64)));
    assert_eq!(quota_answered(Ok(()), &told), Ok(Some(Quota::default())));
    assert_eq!(quota_answered(Ok(()), &answer("")), Err(Errno::REMOTEIO), "no bit is valid");
    for (errno, expected) in [
        (Errno::SRCH, Ok(None)),
        (Errno::OPNOTSUPP, Ok(None)),
        (Errno::NOTTY, Ok(None)),
        (Errno::REMOTEIO, Err(Errno::REMOTEIO)),
        (Errno::IO, Err(Errno::IO)),
    ] {
        assert_eq!(quota_answered(Err(errno), &told), expected, "{errno}");
    }
}

#[test]
fn a_version_of_zero_is_none() {
    assert_eq!(data_version(), bytes("0000000000000000 00000000 01000000"));
    assert_eq!(data_version_told(&bytes("0304000001000000 01000000 01000000")), Some(0x1_0000_0403));
    assert_eq!(data_version_told(&bytes("0000000000000000 00000000 01000000")), None);
}

#[test]
fn states_read_as_lfs_hsm_state_says_them() {
    // (0x00000000); (0x00000009) exists archived, archive_id:1; (0x0000000d) released exists archived;
    // (0x0000000b) exists dirty archived; released and lost; with a restore under way.
    for (told, expected) in [
        ("00000000 00000000", HsmState::Present),
        ("09000000 01000000", HsmState::Present),
        ("0d000000 01000000", HsmState::Released),
        ("0b000000 01000000", HsmState::Present),
        ("4d000000 01000000", HsmState::Lost),
        ("0d000000 01000000 02000000 0b000000 0000000000000000 ffffffffffffffff", HsmState::Released),
    ] {
        assert_eq!(hsm_state_told(&bytes(told)), expected, "{told}");
    }
}

#[test]
fn only_a_restore_that_has_not_ended_is_on_its_way() {
    // `RESTORE running (0 bytes moved)`; waiting; done; `NOOP`; an archive under way.
    for (told, expected) in [
        ("02000000 0b000000 0000000000000000 0000000000000000", true),
        ("01000000 0b000000 0000000000000000 ffffffffffffffff", true),
        ("03000000 0b000000 0000000000000000 0000100000000000", false),
        ("00000000 00000000", false),
        ("02000000 0a000000", false),
    ] {
        assert_eq!(is_restore_told(&bytes(told)), expected, "{told}");
    }
}

#[test]
fn a_request_names_the_file_by_the_first_half_of_its_handle() {
    // `name_to_handle_at`: bytes=32 type=0x97, the FIDs of the file and of its folder: [0x200000401:0x1:0x0]
    // and `lfs path2fid` [0x200000402:0x1:0x0].
    let handle: [u8; 36] = bytes("00000097 0104000002000000 01000000 00000000 0204000002000000 01000000 00000000");
    let request = restore_request(&handle).unwrap();
    let expected = bytes(
        "0b000000 00000000 0000000000000000 01000000 00000000
         0104000002000000 01000000 00000000 0000000000000000 ffffffffffffffff",
    );
    assert_eq!(request, expected);
    let mut of_another = handle;
    of_another[3] = 0x01;
    assert_eq!(restore_request(&of_another), None, "another file system's handle");
    assert_eq!(restore_request(&handle[..10]), None);
}
