namespace Swarm.Images.Tests;

/// <summary>One image of several layers, made by umoci and converted by skopeo, and what umoci unpacks it to.</summary>
public sealed class ToolImages : IDisposable
{
    private const string Name = "example.test/tools/image:3";

    public ToolImages()
    {
        Directory.CreateDirectory(Folder);
        Layout = Path.Combine(Folder, "layout");
        Tool.Run("umoci", "init", "--layout", Layout);
        Tool.Run("umoci", "new", "--image", Layout + ":work");
        AddLayer("one", """
            mkdir -p bin etc/conf.d usr/lib var/cache/deep/er home/user
            cp /bin/busybox bin/busybox; ln bin/busybox bin/sh; ln -s /bin/busybox bin/ls; ln -s usr/lib lib
            echo one > etc/conf.d/one; echo gone > etc/gone; echo a > var/cache/a; echo b > var/cache/deep/er/b
            echo old > usr/lib/old; chown 1000:1001 home/user; chmod 0700 home/user; chmod 4755 bin/busybox
            mkfifo etc/pipe; mknod etc/null c 1 3; chmod 1777 var/cache; touch -d @1500000000 etc/conf.d/one
            """);
        AddLayer("two", """
            rm etc/gone; rm -r var/cache; echo two > etc/conf.d/two; chmod 0600 etc/conf.d/one; ln bin/busybox bin/ash
            rm -r usr/lib; echo file > usr/lib
            """);
        AddLayer("three", """
            rm usr/lib; mkdir usr/lib; echo new > usr/lib/new; mkdir var/cache; echo c > var/cache/c
            """);
        Directory.CreateDirectory(Path.Combine(Folder, "insert", "below"));
        File.WriteAllText(Path.Combine(Folder, "insert", "below", "only"), "only");
        Tool.Run(
            "umoci", "insert", "--opaque", "--image", Layout + ":work", Path.Combine(Folder, "insert"), "/etc/conf.d");
        Tool.Run("umoci", "config", "--image", Layout + ":work", "--config.cmd", "/bin/sh", "--config.env", "A=b",
            "--config.label", "l=v", "--config.user", "1000", "--config.workingdir", "/home/user",
            "--config.exposedports", "80/tcp");

        Tool.Run("umoci", "unpack", "--image", Layout + ":work", Path.Combine(Folder, "oracle"));
        DockerArchive = Path.Combine(Folder, "docker.tar");
        OciArchive = Path.Combine(Folder, "oci.tar");
        Tool.Run("skopeo", "--insecure-policy", "copy", $"oci:{Layout}:work", $"docker-archive:{DockerArchive}:{Name}");
        Tool.Run("skopeo", "--insecure-policy", "copy", $"oci:{Layout}:work", $"oci-archive:{OciArchive}:{Name}");
    }

    public string Folder { get; } = Path.Combine("/dev/shm", "swarm-tools-" + Guid.NewGuid().ToString("N"));

    public string Layout { get; }

    public string DockerArchive { get; }

    public string OciArchive { get; }

    /// <summary>The tree as umoci unpacks it.</summary>
    public string Oracle => Path.Combine(Folder, "oracle", "rootfs");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void AddLayer(string name, string script)
    {
        var bundle = Path.Combine(Folder, name);
        Tool.Run("umoci", "unpack", "--image", Layout + ":work", bundle);
        Tool.Run("sh", "-euc", $"cd {bundle}/rootfs\n{script}");
        Tool.Run("umoci", "repack", "--image", Layout + ":work", bundle);
    }
}
