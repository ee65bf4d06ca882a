using CsCheck;
using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

public sealed class ImageReferenceTests
{
    private const string Sha = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("someone/app", "docker.io/someone/app:latest", "someone/app:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("index.docker.io/a/b:c", "docker.io/a/b:c", "a/b:c")]
    [InlineData("localhost/app", "localhost/app:latest", "localhost/app:latest")]
    [InlineData("localhost:5000/app:v1", "localhost:5000/app:v1", "localhost:5000/app:v1")]
    [InlineData("registry.example.com/a/b/c:V_1.2-x", "registry.example.com/a/b/c:V_1.2-x",
        "registry.example.com/a/b/c:V_1.2-x")]
    [InlineData("[2001:db8::1]:5000/app", "[2001:db8::1]:5000/app:latest", "[2001:db8::1]:5000/app:latest")]
    [InlineData("HOST/app", "HOST/app:latest", "HOST/app:latest")]
    [InlineData("f/a--b__c.d_e", "docker.io/f/a--b__c.d_e:latest", "f/a--b__c.d_e:latest")]
    [InlineData("app@" + Sha, "docker.io/library/app@" + Sha, "app@" + Sha)]
    [InlineData("app:v1@" + Sha, "docker.io/library/app:v1@" + Sha, "app:v1@" + Sha)]
    public void A_name_is_made_whole_and_familiar(string text, string whole, string familiar)
    {
        var reference = ImageReference.Parse(text);

        Assert.Equal(whole, reference.ToString());
        Assert.Equal(familiar, reference.Familiar);
    }

    [Theory]
    [InlineData("", "image name '': it is empty")]
    [InlineData("Busybox", "repository name (library/Busybox) must be lowercase")]
    [InlineData("a//b", "image name 'a//b': 'a//b' is no repository name")]
    [InlineData("a...b", "image name 'a...b': 'library/a...b' is no repository name")]
    [InlineData("app:", "image name 'app:': '' is no tag")]
    [InlineData("app:-x", "image name 'app:-x': '-x' is no tag")]
    [InlineData("app@sha256:12", "image name 'app@sha256:12': 'sha256:12' is no sha256 digest")]
    [InlineData("-host.com/app", "image name '-host.com/app': '-host.com' is no host of a registry")]
    [InlineData("app name", "image name 'app name': 'library/app name' is no repository name")]
    [InlineData("app\n", "image name 'app\n': 'library/app\n' is no repository name")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "image name '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef': 64 hexadecimal digits are an "
            + "image id, not a name")]
    public void What_is_no_name_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var problem));
        Assert.Equal(reason, problem);
        Assert.Equal(reason, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);
    }

    [Fact]
    public void A_name_or_tag_that_is_too_long_is_refused()
    {
        Assert.False(ImageReference.TryParse(new string('a', 256), out _, out _));
        Assert.False(ImageReference.TryParse("app:" + new string('a', 129), out _, out _));
        Assert.True(ImageReference.TryParse("app:" + new string('a', 128), out _, out _));
    }

    [Fact]
    public void Reading_any_text_ends_and_what_was_read_reads_the_same_again() =>
        Gen.Char["ab.:/@_-[]09Z \n"].Array[0, 30].Select(letters => new string(letters)).Sample(text =>
        {
            if (!ImageReference.TryParse(text, out var reference, out var problem))
                return problem.Contains(text, StringComparison.Ordinal);
            return ImageReference.Parse(reference.ToString()) == reference
                && ImageReference.Parse(reference.Familiar) == reference;
        });
}
