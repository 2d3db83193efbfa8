"""Keys on the command line."""

from __future__ import annotations

from tests.service.test_cli import Shell, wenju

__all__ = ["wenju"]  # a fixture


def test_a_key_is_shown_once_and_listed_without_its_secret(wenju: Shell) -> None:
    made = wenju("keys", "create", "市民小程序", "--scope", "ask", "--internal")
    assert made.status == 0
    text = made.out.strip()
    assert text.startswith("wenju_")
    assert "只显示这一次" in made.err
    listed = wenju("keys", "list")
    assert text.rpartition("_")[0] in listed.out
    assert text not in listed.out + listed.err
    [key] = wenju("keys", "list", "--json").json["keys"]
    assert (key["label"], key["scopes"], key["disclosure"]) == ("市民小程序", ["ask"], "internal")
    assert (key["state"], key["last_used_at"]) == ("active", None)


def test_a_key_can_ask_search_and_read_what_is_public_unless_said_otherwise(wenju: Shell) -> None:
    made = wenju("keys", "create", "a", "--expires", "2999-12-31", "--json").json
    assert made["scopes"] == ["ask", "search", "read"]
    assert made["disclosure"] == "public"
    assert made["expires_at"] == "2999-12-31T23:59:59+08:00"
    assert made["key"].startswith(made["prefix"])


def test_revoking_ends_a_key_and_says_which_there_is_not(wenju: Shell) -> None:
    made = wenju("keys", "create", "a", "--json").json
    ran = wenju("keys", "revoke", made["id"], "none")
    assert ran.status == 1
    assert f"已撤销 {made['id']}" in ran.out
    assert "api_key_not_found" in ran.err
    assert wenju("keys", "list", "--json").json["keys"][0]["state"] == "revoked"


def test_what_is_no_key_is_refused(wenju: Shell) -> None:
    for wrong in (["  "], ["a", "--scope", "everything"], ["a", "--expires", "2020-01-01"]):
        assert wenju("keys", "create", *wrong).status == 2
    assert "还没有密钥" in wenju("keys", "list").err


def test_the_help_of_the_group_is_chinese(wenju: Shell) -> None:
    ran = wenju("keys", "--help")
    assert ran.status == 0
    for shown in ("用法：wenju keys", "create", "list", "revoke"):
        assert shown in ran.out
    assert "eval" not in ran.out
