"""Staff and users in a browser: who is looked up by whom, and what an admin does about it."""

from playwright.sync_api import Page, expect

from tests.browser.people import Person


def look_up(page: Page, person: Person) -> None:
    page.get_by_role("link", name="Users").click()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name=person.email).click()
    expect(page.get_by_role("region", name="Account")).to_contain_text(person.email)


def test_an_admin_disables_an_account_whose_session_then_ends(page: Page, ada, admin, notes):
    elsewhere = ada.elsewhere()
    admin.log_in(page, "/staff")
    look_up(page, ada)
    page.get_by_role("button", name="Disable this account").click()
    page.get_by_role("button", name="Disable it").click()
    expect(page.get_by_role("region", name="Account")).to_contain_text("Disabled")

    assert not elsewhere.goes_on()
    assert ada.try_password(ada.password).code == "account_disabled"
    page.get_by_role("button", name="Enable this account").click()
    expect(page.get_by_role("region", name="Account")).to_contain_text("Active")
    assert ada.elsewhere().goes_on()


def test_an_admin_gives_a_role(page: Page, ada, admin, notes):
    admin.log_in(page, "/staff")
    look_up(page, ada)
    page.get_by_label("Role", exact=True).select_option("Staff")
    page.get_by_role("button", name="Change the role").click()

    expect(page.get_by_role("region", name="Account")).to_contain_text("Staff")
    assert ada.elsewhere().web.get("/users").status == 200


def test_an_admin_cannot_change_the_own_account_and_is_told_why(page: Page, admin, notes):
    admin.log_in(page, "/staff")
    look_up(page, admin)

    expect(page.get_by_role("region", name="Role and access")).to_contain_text("This is your own account.")
    expect(page.get_by_label("Role", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Disable this account")).to_be_disabled()


def test_staff_see_users_newest_first_and_change_none(page: Page, ada, worker, notes):
    worker.log_in(page, "/staff/users")
    expect(page.get_by_role("list", name="Users").get_by_role("link").first).to_contain_text(ada.email)
    look_up(page, ada)

    expect(page.get_by_role("region", name="Role and access")).to_contain_text("Only admins")
    expect(page.get_by_label("Role", exact=True)).to_be_disabled()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()


def test_an_address_that_nobody_has_is_said_to_be_nobodys(page: Page, worker, notes):
    notes.refusals = {422}
    worker.log_in(page, "/staff/users")
    page.get_by_label("E-mail address").fill("nobody@shop.example")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nobody has this address.")).to_be_visible()

    page.get_by_label("E-mail address").fill("no address")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
