using Swarm.Core.Containers;

namespace Swarm.Runtime.Logs;

/// <summary>Where a container's log goes, and how large it may become.</summary>
/// <param name="HasFile">Whether it can be read.</param>
/// <param name="HasJournal">Whether the journal of the host is told each line.</param>
internal sealed record LogBounds(bool HasFile, bool HasJournal, long MaxBytes, int Files)
{
    private const string JournalSocket = "/run/systemd/journal/socket";

    public static LogBounds Of(ContainerSpec spec, EngineOptions options)
    {
        var log = spec.Log;
        return new LogBounds(
            log?.Driver != "none", log?.Driver == "journald",
            log is { MaxBytes.Value: > 0 } ? log.MaxBytes.Value : options.LogMaxBytes.Value,
            log is { Files: > 0 } ? log.Files : options.LogFiles);
    }

    /// <exception cref="ContainerException">The host has no journal.</exception>
    public void Check()
    {
        if (HasJournal && !File.Exists(JournalSocket))
        {
            throw new ContainerException(
                ContainerFault.Host, $"the log driver journald needs a journal, and none listens on {JournalSocket}");
        }
    }
}
