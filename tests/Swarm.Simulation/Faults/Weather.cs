namespace Swarm.Simulation.Faults;

/// <summary>How likely each small disturbance is at this time. All zero is fine weather.</summary>
internal sealed class Weather
{
    public double Loss { get; set; }

    public double Duplication { get; set; }

    /// <summary>A message is held up so that later ones overtake it.</summary>
    public double Reordering { get; set; }

    /// <summary>A message takes up to seconds, and those behind it wait.</summary>
    public double Delay { get; set; }

    public double JournalFailure { get; set; }

    /// <summary>The journal takes the events, and the answer is lost.</summary>
    public double JournalAnswerLoss { get; set; }

    public double JournalDelay { get; set; }

    /// <summary>A host cannot write its own files.</summary>
    public double DiskFailure { get; set; }

    public double PrepareFailure { get; set; }

    public double StartFailure { get; set; }

    /// <summary>A container ends by itself, within seconds of its start.</summary>
    public double ContainerCrash { get; set; }

    public void Clear()
    {
        (Loss, Duplication, Reordering, Delay) = (0, 0, 0, 0);
        (JournalFailure, JournalAnswerLoss, JournalDelay) = (0, 0, 0);
        (DiskFailure, PrepareFailure, StartFailure, ContainerCrash) = (0, 0, 0, 0);
    }
}
