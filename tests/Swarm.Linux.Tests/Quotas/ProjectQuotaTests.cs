using Swarm.Linux.Overlay;
using Swarm.Linux.Quotas;

namespace Swarm.Linux.Tests.Quotas;

public sealed class ProjectQuotaTests
{
    private const uint Project = 1_234_567_890;
    private const int Mebibyte = 1 << 20;

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public void What_is_written_through_an_overlay_stays_within_the_limit_of_its_project(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        ProjectQuota.SetLimit(disk.Path, Project, 8 * Mebibyte);
        foreach (var folder in (string[])["upper", "work"]) ProjectQuota.Assign(Make(disk, folder), Project);
        using var overlay = OverlayMount.Create([Make(disk, "low")], disk.Path + "/upper", disk.Path + "/work");
        overlay.AttachAt(Make(disk, "root"));
        var root = disk.Path + "/root";
        try
        {
            Assert.Equal(8 * Mebibyte, new DriveInfo(root).TotalSize);
            File.WriteAllBytes(root + "/fits", new byte[6 * Mebibyte]);

            var refused = Assert.ThrowsAny<IOException>(
                () => File.WriteAllBytes(root + "/more", new byte[4 * Mebibyte]));

            Assert.Matches("(?i)quota|space", refused.Message);
            File.WriteAllBytes(disk.Path + "/beside", new byte[16 * Mebibyte]);
            var use = ProjectQuota.UseOf(disk.Path, Project);
            Assert.InRange(use.Bytes, 6 * Mebibyte, 8 * Mebibyte);
            Assert.Equal(8 * Mebibyte, use.BytesMax);

            ProjectQuota.SetLimit(disk.Path, Project, 0);
            File.WriteAllBytes(root + "/more", new byte[8 * Mebibyte]);
        }
        finally
        {
            MountPoint.Unmount(root);
        }
    }

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public void Limits_are_kept_by_a_file_system_that_is_mounted_for_it_and_forgotten_by_none(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        ProjectQuota.SetLimit(disk.Path, Project, 8 * Mebibyte + 1);
        ProjectQuota.Assign(Make(disk, "own"), Project);
        Assert.True(ProjectQuota.IsEnforced(disk.Path));

        disk.Remount(hasQuotas: false);
        Assert.False(ProjectQuota.IsEnforced(disk.Path));
        disk.Remount(hasQuotas: true);

        Assert.True(ProjectQuota.IsEnforced(disk.Path));
        Assert.Equal(Project, ProjectQuota.ProjectOf(disk.Path + "/own"));
        Assert.Equal(1, ProjectQuota.UseOf(disk.Path, Project).Inodes);
        Assert.InRange(ProjectQuota.UseOf(disk.Path, Project).BytesMax, 8 * Mebibyte + 1, 8 * Mebibyte + 4096);
        Assert.Equal(default, ProjectQuota.UseOf(disk.Path, Project + 1));
    }

    [Fact]
    public void What_is_made_in_a_folder_of_a_project_belongs_to_it()
    {
        using var disk = LoopDisk.WithProjects();
        ProjectQuota.Assign(Make(disk, "own"), Project);
        Make(disk, "own/deeper");

        Assert.Equal(Project, ProjectQuota.ProjectOf(disk.Path + "/own/deeper"));
        Assert.Equal(0u, ProjectQuota.ProjectOf(Make(disk, "other")));
        Assert.False(ProjectQuota.IsEnforced(disk.Path));
    }

    [Theory]
    [InlineData("/dev/shm")]
    [InlineData("/proc")]
    public void File_systems_that_know_no_projects_keep_to_no_limit_and_refuse_one(string folder)
    {
        Assert.False(ProjectQuota.IsEnforced(folder));
        Assert.Throws<LinuxException>(() => ProjectQuota.SetLimit(folder, Project, Mebibyte));
        Assert.Throws<LinuxException>(() => ProjectQuota.UseOf(folder, Project));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<LinuxException>(() => ProjectQuota.IsEnforced("/nosuch"));

        Assert.Equal(Errno.ENOENT, refused.Number);
        Assert.Contains("/nosuch", refused.Message, StringComparison.Ordinal);
    }

    private static string Make(LoopDisk disk, string name) =>
        Directory.CreateDirectory(Path.Combine(disk.Path, name)).FullName;
}
