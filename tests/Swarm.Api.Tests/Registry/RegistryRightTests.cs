using Swarm.Api.Registry.Access;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

public sealed class RegistryRightTests
{
    [Theory]
    [InlineData("* ** pull", "ann", "web", RegistryActions.Pull)]
    [InlineData("* ** pull", null, "web", RegistryActions.None)]
    [InlineData("- ** pull", null, "web", RegistryActions.Pull)]
    [InlineData("ann ** push", "bob", "web", RegistryActions.None)]
    [InlineData("ann * push", "ann", "web", RegistryActions.Push)]
    [InlineData("ann * push", "ann", "team/web", RegistryActions.None)]
    [InlineData("ann team/* pull,delete", "ann", "team/web", RegistryActions.Pull | RegistryActions.Delete)]
    [InlineData("ann team/* pull", "ann", "team/a/b", RegistryActions.None)]
    [InlineData("ann team/** pull", "ann", "team/a/b", RegistryActions.Pull)]
    [InlineData("ann docker.io/** pull", "ann", "web", RegistryActions.Pull)]
    [InlineData("ann docker.io/** pull", "ann", "ghcr.io/web", RegistryActions.None)]
    [InlineData("ann ghcr.io/x/* pull", "ann", "ghcr.io/x/web", RegistryActions.Pull)]
    [InlineData("ann a.b pull", "ann", "axb", RegistryActions.None)]
    public void A_right_is_for_some_and_for_some_repositories(
        string right, string? user, string name, RegistryActions actions) => Assert.Equal(
        actions, RegistryRight.Of([RegistryRight.Parse(right)], user, ImageReference.Parse(name)));

    [Fact]
    public void Rights_add_up() => Assert.Equal(
        RegistryActions.Pull | RegistryActions.Push,
        RegistryRight.Of(
            [RegistryRight.Parse("- ** pull"), RegistryRight.Parse("ann web push")], "ann",
            ImageReference.Parse("web")));

    [Theory]
    [InlineData("ann")]
    [InlineData("ann web")]
    [InlineData("ann web pull push")]
    [InlineData("ann web look")]
    [InlineData("ann WEB pull")]
    [InlineData("ann (a+)+ pull")]
    public void What_is_no_right_is_refused(string text) =>
        Assert.Throws<FormatException>(() => RegistryRight.Parse(text));

    [Theory]
    [InlineData("ann:$apr1$abc$def", "line 1: the password of ann")]
    [InlineData("# users\n\nann", "line 3: is not NAME:HASH")]
    [InlineData(":x", "line 1: is not NAME:HASH")]
    public void A_file_of_passwords_says_which_line_is_wrong_and_shows_no_hash(string text, string why)
    {
        var wrong = Assert.Throws<FormatException>(() => PasswordFile.Parse(text));

        Assert.StartsWith(why, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("$apr1", wrong.Message, StringComparison.Ordinal);
    }
}
