namespace Swarm.Tidy;

/// <summary>How systemd runs swarmd.</summary>
public sealed class UnitFileTests
{
    private static readonly ILookup<string, string> Settings = Read(Repository.At("deploy/systemd/swarmd.service"));

    [Fact]
    public void Swarmd_is_started_again_however_often_and_fast_it_fails() =>
        Assert.Equal(["0", "always"], Settings["Unit/StartLimitIntervalSec"].Concat(Settings["Service/Restart"]));

    [Fact]
    public void What_wrong_settings_end_is_not_started_again() =>
        Assert.Equal(["2"], Settings["Service/RestartPreventExitStatus"]);

    [Fact]
    public void Containers_outlive_swarmd() => Assert.Equal(["process"], Settings["Service/KillMode"]);

    /// <summary>Values by section and name: systemd takes no notice of a name that stands in another section.</summary>
    private static ILookup<string, string> Read(string file)
    {
        var section = "";
        var settings = new List<(string Name, string Value)>();
        foreach (var line in File.ReadLines(file))
        {
            if (line is ['[', .. var name, ']']) section = name;
            else if (line is not ['#', ..] && line.Split('=', 2) is [var key, var value])
                settings.Add(($"{section}/{key}", value));
        }

        return settings.ToLookup(setting => setting.Name, setting => setting.Value);
    }
}
