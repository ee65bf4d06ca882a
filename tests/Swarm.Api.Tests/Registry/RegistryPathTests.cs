using Swarm.Api.Registry;
using Swarm.Images.Repositories;

namespace Swarm.Api.Tests.Registry;

public sealed class RegistryPathTests
{
    [Theory]
    [InlineData("", "Root { }")]
    [InlineData("token", "Token { }")]
    [InlineData("_catalog", "Catalog { }")]
    [InlineData("web/blobs/sha256:0", "Blob { Name = web, Digest = sha256:0 }")]
    [InlineData("a/b/c/blobs/uploads/", "Uploads { Name = a/b/c }")]
    [InlineData("a/b/c/blobs/uploads", "Uploads { Name = a/b/c }")]
    [InlineData("web/blobs/uploads/1", "Upload { Name = web, Id = 1 }")]
    [InlineData("web/manifests/latest", "Manifest { Name = web, Reference = latest }")]
    [InlineData("a/manifests/b/manifests/c", "Manifest { Name = a/manifests/b, Reference = c }")]
    [InlineData("a/blobs/b/tags/list", "Tags { Name = a/blobs/b }")]
    [InlineData("tags/list/tags/list", "Tags { Name = tags/list }")]
    [InlineData("web/referrers/sha256:0", "Referrers { Name = web, Digest = sha256:0 }")]
    [InlineData("manifests/latest", "Manifest { Name = , Reference = latest }")]
    [InlineData("web", null)]
    [InlineData("web/tags", null)]
    public void A_path_is_read_from_its_end(string rest, string? shown) =>
        Assert.Equal(shown, RegistryPath.Read(rest)?.ToString());

    [Theory]
    [InlineData("web", "", "docker.io/library/web")]
    [InlineData("library/web", "", "docker.io/library/web")]
    [InlineData("docker.io/library/web", "", "docker.io/library/web")]
    [InlineData("team/web", "", "docker.io/team/web")]
    [InlineData("ghcr.io/x/y", "", "ghcr.io/x/y")]
    [InlineData("localhost/x", "", "localhost/x")]
    [InlineData("x/y", "ghcr.io", "ghcr.io/x/y")]
    [InlineData("x/y", "registry.lan:5000", "registry.lan:5000/x/y")]
    [InlineData("x", "docker.io", "docker.io/library/x")]
    public void A_repository_is_the_name_that_people_write(string name, string registry, string repository) =>
        Assert.Equal(repository, RepositoryNames.Parse(name, registry).Repository);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("Web")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a:b")]
    [InlineData("a%2Fb")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void What_is_no_name_is_refused(string name) => Assert.Equal(
        RepositoryFault.NameInvalid,
        Assert.Throws<RepositoryException>(() => RepositoryNames.Parse(name)).Fault);

    [Theory]
    [InlineData("plain")]
    [InlineData("a/b")]
    [InlineData("http://x")]
    public void A_namespace_that_is_no_registry_is_refused(string registry) => Assert.Equal(
        RepositoryFault.NameInvalid,
        Assert.Throws<RepositoryException>(() => RepositoryNames.Parse("x/y", registry)).Fault);

    [Theory]
    [InlineData("bytes=0-4", 0, 4, true)]
    [InlineData("bytes=5-", 5, 9, true)]
    [InlineData("bytes=5-99", 5, 9, true)]
    [InlineData("bytes=-3", 7, 9, true)]
    [InlineData("bytes=-99", 0, 9, true)]
    [InlineData("", 0, 9, false)]
    [InlineData("bytes=0-1,3-4", 0, 9, false)]
    [InlineData("bytes=a-b", 0, 9, false)]
    [InlineData("lines=0-1", 0, 9, false)]
    public void A_range_is_a_part_of_ten_bytes_or_all(string header, long first, long last, bool isPart)
    {
        Assert.Equal(new ByteRange(first, last), ByteRange.Read(header, 10, out var found));
        Assert.Equal(isPart, found);
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=99-100")]
    [InlineData("bytes=4-1")]
    public void A_range_that_nothing_can_be_in_is_none(string header) => Assert.Null(ByteRange.Read(header, 10, out _));
}
