using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Linux.Quotas;
using Swarm.Tests;

namespace Swarm.Images.Tests;

public sealed class LayerQuotaTests
{
    private const int Mebibyte = 1 << 20;
    private static readonly WritableLayer Small = new() { SizeMax = new Bytes(8 * Mebibyte) };

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_container_writes_no_more_than_its_limit_and_others_write_on(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        using var home = new StoreHome(disk.Path);
        var image = await ImportAsync(home);

        var (_, root) = await MountAsync(home, image, Small);
        var (_, free) = await MountAsync(home, image, WritableLayer.Usual);

        Assert.Equal(8 * Mebibyte, new DriveInfo(root).TotalSize);
        Assert.True(new DriveInfo(free).TotalSize > 100 * Mebibyte);
        // Of the image's file a copy is made first, which counts.
        File.AppendAllText(root + "/large", "!");
        var refused = Assert.ThrowsAny<IOException>(
            () => File.WriteAllBytes(root + "/more", new byte[6 * Mebibyte]));
        Assert.Matches("(?i)quota|space", refused.Message);
        File.Delete(root + "/more");
        File.WriteAllBytes(root + "/more", new byte[2 * Mebibyte]);
        File.WriteAllBytes(free + "/more", new byte[16 * Mebibyte]);
    }

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task Each_container_has_a_project_of_its_own_also_after_the_store_was_opened_again(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        using var home = new StoreHome(disk.Path);
        var image = await ImportAsync(home);
        var (first, _) = await MountAsync(home, image, Small);
        home.Reopen();
        var (second, root) = await MountAsync(home, image, Small with { SizeMax = new Bytes(16 * Mebibyte) });
        var (one, other) = (ProjectOf(home, first), ProjectOf(home, second));

        Assert.NotEqual(one, other);
        Assert.Equal(8 * Mebibyte, ProjectQuota.UseOf(disk.Path, one).BytesMax);
        Assert.Equal(16 * Mebibyte, ProjectQuota.UseOf(disk.Path, other).BytesMax);

        home.Store.UnmountRoot(first, discard: true);
        home.Store.UnmountRoot(second, discard: false);

        Assert.Equal(0, ProjectQuota.UseOf(disk.Path, one).BytesMax);
        Assert.Equal(root, await home.Store.MountRootAsync(second, image, default));
        Assert.Equal(16 * Mebibyte, new DriveInfo(root).TotalSize);
    }

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_layer_with_a_limit_is_not_mounted_where_nothing_keeps_it_to_that_any_more(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        using var home = new StoreHome(disk.Path);
        var image = await ImportAsync(home);
        var (container, _) = await MountAsync(home, image, Small);
        home.Store.UnmountRoot(container, discard: false);
        home.Store.Dispose();
        disk.Remount(hasQuotas: false);
        home.Reopen();

        var refused = await Assert.ThrowsAsync<ImageException>(
            () => home.Store.MountRootAsync(container, image, default));

        Assert.Contains("without project quotas", refused.Message, StringComparison.Ordinal);
        home.Store.UnmountRoot(container, discard: true);
        Assert.Empty(home.Store.WritableLayers());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_are_no_project_quotas_a_limit_is_refused_with_what_to_do(bool hasProjects)
    {
        using var disk = hasProjects ? LoopDisk.WithProjects() : null;
        using var home = new StoreHome(disk?.Path ?? "/dev/shm");
        var image = await ImportAsync(home);
        var before = home.Contents();

        var refused = await Assert.ThrowsAsync<ImageException>(() => MountAsync(home, image, Small));

        Assert.Equal(ImageFault.Unsupported, refused.Fault);
        var (kind, point) = hasProjects ? ("xfs", disk!.Path) : ("tmpfs", "/dev/shm");
        Assert.Contains(
            $"{home.Root} lies on {kind}, mounted at {point} without project quotas", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("prjquota", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, home.Contents());
    }

    private static uint ProjectOf(StoreHome home, ContainerId container) =>
        ProjectQuota.ProjectOf(Path.Combine(home.Root, "snapshots", container.Value, "upper"));

    private static async Task<Digest> ImportAsync(StoreHome home)
    {
        var tar = new TarBuilder().File("large", new string('x', 3 * Mebibyte)).Build();
        return (await home.Store.ImportAsync(new MemoryStream(tar), null, new ImageConfiguration(), default)).Id;
    }

    private static async Task<(ContainerId Id, string Root)> MountAsync(
        StoreHome home, Digest image, WritableLayer layer)
    {
        var container = StoreHome.NewContainer();
        return (container, await home.Store.MountRootAsync(container, image, layer, default));
    }
}
