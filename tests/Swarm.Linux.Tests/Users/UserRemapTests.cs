using Swarm.Linux.Users;

namespace Swarm.Linux.Tests.Users;

public sealed class UserRemapTests
{
    private static readonly Dictionary<string, string> Host = new()
    {
        ["/etc/passwd"] = "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbert:x:1001:1001::/:/bin/sh\n",
        ["/etc/group"] = "root:x:0:\nanna:x:1000:\nstaff:x:50:anna\n",
        ["/etc/subuid"] = """
            # comment
            anna:100000:65536

            dockremap:200000:65536
            bert:1:65535
            1001:400000:65536
            few:500000:1000
            torn:500000
            odd:x:65536
            twice:100000:65536
            twice:120000:65536
            """,
        ["/etc/subgid"] = "anna:100000:65536\ndockremap:300000:65536\nstaff:700000:40000\nstaff:800000:40000\n",
    };

    private static readonly UserRemap Remap = new(Host.GetValueOrDefault);

    [Theory]
    [InlineData("default", "0 200000 65536", "0 300000 65536")]
    [InlineData("anna", "0 100000 65536", "0 100000 65536")]
    [InlineData("1000", "0 100000 65536", "0 100000 65536")]
    [InlineData("anna:staff", "0 100000 65536", "0 700000 40000, 40000 800000 40000")]
    [InlineData("1000:50", "0 100000 65536", "0 700000 40000, 40000 800000 40000")]
    [InlineData("bert:anna", "0 1 65535, 65535 400000 65536", "0 100000 65536")]
    [InlineData("100000-165535", "0 100000 65536", "0 100000 65536")]
    [InlineData("1-4294967293", "0 1 4294967293", "0 1 4294967293")]
    public void Whose_ids_they_are_is_told_by_a_user_a_group_or_a_range(string text, string users, string groups)
    {
        var map = Remap.Parse(text)!;

        Assert.Equal(users, Show(map.Users));
        Assert.Equal(groups, Show(map.Groups));
    }

    [Fact]
    public void An_empty_word_maps_nobody() => Assert.Null(Remap.Parse(""));

    [Theory]
    [InlineData("carl", "there is no user carl in /etc/passwd")]
    [InlineData("anna:carl", "there is no group carl in /etc/group")]
    [InlineData("root", "/etc/subuid has no range for root: add the line root:100000:65536 to it, with ids that nobody "
        + "has on this host")]
    [InlineData("bert", "/etc/subgid has no range for bert: add the line bert:100000:65536 to it, with ids that nobody "
        + "has on this host")]
    [InlineData("anna:", "'anna:' is not default, USER, USER:GROUP, or FIRST-LAST as 100000-165535")]
    [InlineData("a:b:c", "'a:b:c' is not default, USER, USER:GROUP, or FIRST-LAST as 100000-165535")]
    [InlineData("an na", "'an na' is not default, USER, USER:GROUP, or FIRST-LAST as 100000-165535")]
    [InlineData("0-65535", "0-65535: 65536 ids from 0 on would make root of containers that of the host")]
    [InlineData("5-4", "5-4: 0 ids from 5 on are none")]
    [InlineData("5-3", "5-3: -1 ids from 5 on are none")]
    [InlineData("100000-100999", "100000-100999: 1000 ids are too few: images have files of users up to 65534, so "
        + "65536 are needed")]
    [InlineData("1-4294967294", "1-4294967294: 4294967294 ids from 1 on end beyond 4294967293")]
    [InlineData("1-99999999999", "'1-99999999999' is beyond the ids there are")]
    public void What_cannot_be_is_refused_with_what_to_do(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Remap.Parse(text)).Message);

    [Theory]
    [InlineData("few", "/etc/subuid: 1000 ids are too few: images have files of users up to 65534, so 65536 are "
        + "needed")]
    [InlineData("torn", "/etc/subuid: 'torn:500000' is not as torn:100000:65536")]
    [InlineData("odd", "/etc/subuid: 'odd:x:65536' is not as odd:100000:65536")]
    [InlineData("twice", "/etc/subuid: two ranges have the id 120000")]
    public void Lines_that_are_wrong_are_named(string name, string message) => Assert.Equal(
        message,
        Assert.Throws<FormatException>(() => SubordinateIds.Find("/etc/subuid", Host["/etc/subuid"], name)).Message);

    [Fact]
    public void A_host_without_the_file_is_told_which_one_and_what_to_write()
    {
        var none = new UserRemap(_ => null);

        Assert.Equal(
            "there is no /etc/subuid: add the line dockremap:100000:65536 to it, with ids that nobody has on this host",
            Assert.Throws<FormatException>(() => none.Parse("default")).Message);
    }

    private static string Show(IEnumerable<IdRange> ranges) =>
        string.Join(", ", ranges.Select(range => $"{range.Inside} {range.Outside} {range.Size}"));
}
